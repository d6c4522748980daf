using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli.Tests;

/// <summary>A command line with a server of its own on a free port.</summary>
public sealed class ServedCli : IAsyncDisposable
{
    private readonly ServerHost _server;

    private ServedCli(TestCli cli, ServerHost server)
    {
        (Cli, _server) = (cli, server);
        Cli.Environment["REEVE_API_URL"] = server.Address + "/api";
        Api = new OrchestrationClient(new ApiConnection(new ReeveSettings(name => Cli.Environment.GetValueOrDefault(name), new Profile("test", new Dictionary<string, string>())), RetryPolicy.Interactive));
    }

    public TestCli Cli { get; }

    public OrchestrationClient Api { get; }

    public static async Task<ServedCli> StartAsync()
    {
        var cli = new TestCli();
        var home = Directory.CreateDirectory(Path.Combine(cli.Home, "server")).FullName;
        var server = ServerHost.Build(new ServerOptions { Home = home, Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new ServedCli(cli, server);
    }

    public async Task<string> OkAsync(params string[] words)
    {
        var result = await Cli.RunAsync(words);
        Assert.True(result.Code == 0, $"reeve {string.Join(' ', words)} ended with {result.Code}:\n{result.Output}{result.Error}");
        return result.Output + result.Error;
    }

    public async Task<string> FaultAsync(params string[] words)
    {
        var result = await Cli.RunAsync(words);
        Assert.NotEqual(0, result.Code);
        return result.Error;
    }

    /// <summary>Writes a file into the folder that commands run in.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Cli.Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Connection.Dispose();
        await _server.DisposeAsync();
        Cli.Dispose();
    }
}
