using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Reeve.Server.Tests.Storage;

/// <summary>A server in a process of its own, to be killed. The process is this test program, told so by its environment.</summary>
internal sealed class ServerInAProcess : IDisposable
{
    private const string DatabaseVariable = "REEVE_TEST_SERVER_DATABASE";
    private const string HomeVariable = "REEVE_TEST_SERVER_HOME";
    private readonly Process process;

    private ServerInAProcess(Process process, string address) => (this.process, Client) = (process, new HttpClient { BaseAddress = new Uri(address + "/api/") });

    internal HttpClient Client { get; }

    internal static async Task<ServerInAProcess> StartAsync(string database, string home, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, Environment = { [DatabaseVariable] = database, [HomeVariable] = home } };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(ServerInAProcess).Assembly.Location);
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync(cancellation);
        Assert.StartsWith("http://", address, StringComparison.Ordinal);
        return new(process, address!);
    }

    internal async Task KillAsync()
    {
        process.Kill(); // SIGKILL: nothing is flushed, nothing is said
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        Client.Dispose();
    }

    // runs before the tests' own entry point, and instead of it in the child
#pragma warning disable CA2255 // a program may have a module initializer
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void ServeIfTold()
    {
        if (Environment.GetEnvironmentVariable(DatabaseVariable) is not { Length: > 0 } database)
            return;
        var host = ServerHost.Build(new ServerOptions
        {
            Home = Environment.GetEnvironmentVariable(HomeVariable)!,
            Database = database,
            Port = 0,
            Logging = static logging => logging.SetMinimumLevel(LogLevel.None),
        });
        host.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        System.Console.WriteLine(host.Address);
        host.RunAsync(CancellationToken.None).GetAwaiter().GetResult();
    }
}
