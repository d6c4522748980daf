using System.Net;
using System.Net.Sockets;
using Reeve.Client;
using Reeve.Settings;

namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>An empty home with a server of its own: everything through the command line, as a user has it.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly List<ProcessUnderTest> _started = [];

    public Installation()
    {
        Folder = Directory.CreateTempSubdirectory("reeve-stage").FullName;
        Port = FreePort();
        Environment = new Dictionary<string, string?>
        {
            ["REEVE_HOME"] = Path.Combine(Folder, "home"),
            ["REEVE_API_URL"] = $"http://127.0.0.1:{Port}/api",
        };
        Api = new OrchestrationClient(new ApiConnection(Settings(), RetryPolicy.Interactive));
    }

    public string Folder { get; }

    public int Port { get; }

    public Dictionary<string, string?> Environment { get; }

    public OrchestrationClient Api { get; }

    public ProcessUnderTest Server { get; private set; } = null!;

    public string Home => Environment["REEVE_HOME"]!;

    /// <summary>Starts the server and waits until it is healthy.</summary>
    public async Task<ProcessUnderTest> StartServerAsync()
    {
        Server = Start("server", "start", "--port", $"{Port}");
        var limit = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await Api.IsHealthyAsync(TestContext.Current.CancellationToken))
                    return Server;
            }
            catch (ApiException) when (!Server.HasExited && TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromMinutes(2))
            {
                continue;
            }
        }
    }

    /// <summary>Starts a command and leaves it running.</summary>
    public ProcessUnderTest Start(params IEnumerable<string> arguments) => StartIn(Folder, arguments);

    /// <summary>Starts a command in a folder and leaves it running.</summary>
    public ProcessUnderTest StartIn(string folder, params IEnumerable<string> arguments)
    {
        var process = ProcessUnderTest.Start(Repository.Reeve, arguments, Environment, folder);
        _started.Add(process);
        return process;
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(params IEnumerable<string> arguments) => await RunInAsync(Folder, arguments);

    /// <summary>Runs a command in a folder to its end.</summary>
    public async Task<(int ExitCode, string Output)> RunInAsync(string folder, params IEnumerable<string> arguments)
    {
        var process = StartIn(folder, arguments);
        var code = await process.ExitAsync(TimeSpan.FromMinutes(3));
        return (code, process.Output);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private ReeveSettings Settings() => new(name => Environment.GetValueOrDefault(name), new Profile("stage", new Dictionary<string, string>()));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_started))
            await process.DisposeAsync();
        Api.Connection.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
