using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.EndToEnd.Tests.Authoring;

/// <summary>A real server in this process, on a port of its own, and a session of flows against it.</summary>
internal sealed class ServerSession : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-authoring").FullName;
    private readonly ServerHost _server;

    private ServerSession() =>
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_home, "server"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });

    public EngineSession Session { get; private set; } = null!;

    public OrchestrationClient Api => Session.Client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ServerSession> StartAsync()
    {
        var made = new ServerSession();
        Directory.CreateDirectory(Path.Combine(made._home, "server"));
        await made._server.StartAsync(Token);
        var values = new Dictionary<string, string> { ["REEVE_HOME"] = made._home, ["REEVE_API_URL"] = made._server.Address + "/api" };
        var settings = new ReeveSettings(name => values.GetValueOrDefault(name), new Profile("test", values));
        made.Session = new EngineSession(settings, new ApiConnection(settings, RetryPolicy.Patient), TimeProvider.System)
        {
            PausePoll = TimeSpan.FromMilliseconds(50),
            StopGrace = TimeSpan.FromMilliseconds(300),
        };
        return made;
    }

    /// <summary>Runs code that calls flows, in this session.</summary>
    public Task<T> In<T>(Func<Task<T>> code)
    {
        EngineSession.Current = Session;
        return code();
    }

    public Task In(Func<Task> code)
    {
        EngineSession.Current = Session;
        return code();
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await _server.StopAsync();
        await _server.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
