using Reeve.Client;
using Reeve.Engine;
using Reeve.Settings;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

/// <summary>A recording API, an empty home and a session between them. Each test's flows run in its own session.</summary>
public abstract class EngineStage : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-engine").FullName;

    protected string Home => _home;

    internal RecordingApi Api { get; } = new();

    internal EngineSession Session { get; private set; } = null!;

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    protected virtual string LeaseSeconds => "60";

    public ValueTask InitializeAsync()
    {
        var values = new Dictionary<string, string> { ["REEVE_HOME"] = _home, ["REEVE_FLOW_RUN_LEASE_SECONDS"] = LeaseSeconds };
        var settings = new ReeveSettings(name => values.GetValueOrDefault(name), new Profile("test", values));
        var retry = new RetryPolicy { Patience = TimeSpan.FromSeconds(30), FirstPause = TimeSpan.FromMilliseconds(5) };
        Session = new EngineSession(settings, new ApiConnection(new SocketsHttpHandler(), Api.Url, retry), TimeProvider.System)
        {
            StopGrace = TimeSpan.FromMilliseconds(200),
            HeldPause = TimeSpan.FromMilliseconds(20),
        };
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs code that calls flows, in the stage's session.</summary>
    internal Task<T> In<T>(Func<Task<T>> code)
    {
        EngineSession.Current = Session;
        return code();
    }

    internal Task In(Func<Task> code)
    {
        EngineSession.Current = Session;
        return code();
    }
}
