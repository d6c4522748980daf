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

    protected virtual string AwaySeconds => "10";

    protected virtual TimeProvider Clock => TimeProvider.System;

    public ValueTask InitializeAsync()
    {
        Session = NewSession();
        return ValueTask.CompletedTask;
    }

    /// <summary>The session of another process of the same home.</summary>
    internal EngineSession NewSession(TimeSpan? flushLimit = null)
    {
        var values = new Dictionary<string, string> { ["REEVE_HOME"] = _home, ["REEVE_FLOW_RUN_LEASE_SECONDS"] = LeaseSeconds, ["REEVE_ENGINE_SERVER_AWAY_SECONDS"] = AwaySeconds };
        var settings = new ReeveSettings(name => values.GetValueOrDefault(name), new Profile("test", values));
        var retry = new RetryPolicy { Patience = TimeSpan.FromSeconds(30), FirstPause = TimeSpan.FromMilliseconds(5) };
        return new EngineSession(settings, new ApiConnection(new SocketsHttpHandler(), Api.Url, retry), Clock)
        {
            FlushLimit = flushLimit ?? TimeSpan.FromSeconds(15),
            StopGrace = TimeSpan.FromMilliseconds(200),
            HeldPause = TimeSpan.FromMilliseconds(20),
        };
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
