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

    private HttpClient? client;

    private ServerInAProcess(Process process) => this.process = process;

    internal HttpClient Client => client ?? throw new InvalidOperationException("The server was not told to begin.");

    /// <summary>Starts a process that loads the program and opens nothing yet: it can do that while another server is still at work.</summary>
    internal static ServerInAProcess Prepare(string database, string home)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [DatabaseVariable] = database, [HomeVariable] = home, ["DOTNET_TieredPGO"] = "0" }, // it lives for a moment
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(ServerInAProcess).Assembly.Location);
        return new(Process.Start(start)!);
    }

    internal static async Task<ServerInAProcess> StartAsync(string database, string home, CancellationToken cancellation)
    {
        var server = Prepare(database, home);
        await server.BeginAsync(cancellation);
        return server;
    }

    /// <summary>Opens the database and listens.</summary>
    internal async Task BeginAsync(CancellationToken cancellation)
    {
        await process.StandardInput.WriteLineAsync("begin".AsMemory(), cancellation);
        await process.StandardInput.FlushAsync(cancellation);
        var address = await process.StandardOutput.ReadLineAsync(cancellation);
        Assert.StartsWith("http://", address, StringComparison.Ordinal);
        client = new() { BaseAddress = new Uri(address + "/api/") };
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
        client?.Dispose();
    }

    // runs before the tests' own entry point, and instead of it in the child
#pragma warning disable CA2255 // a program may have a module initializer
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void ServeIfTold()
    {
        if (Environment.GetEnvironmentVariable(DatabaseVariable) is not { Length: > 0 } database)
            return;
        // much of what a start loads and compiles
        ServerHost.EndpointsAsync().GetAwaiter().GetResult();
        if (System.Console.ReadLine() is null)
            Environment.Exit(0); // the test is gone
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
