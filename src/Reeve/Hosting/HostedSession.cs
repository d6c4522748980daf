using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Settings;

namespace Reeve.Hosting;

/// <summary>The engine's session of a host: its settings are the host's options over those of the process.</summary>
internal sealed class HostedSession(IOptions<ReeveOptions> options, ILoggerFactory loggers, TimeProvider? time = null) : IAsyncDisposable, IDisposable
{
    private readonly Lazy<EngineSession> _session = new(() => Make(options.Value, loggers, time ?? TimeProvider.System));

    public EngineSession Session => _session.Value;

    private static EngineSession Make(ReeveOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        var process = ReeveSettings.Load(options.Profile);
        var given = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["REEVE_API_URL"] = options.ApiUrl,
            ["REEVE_API_KEY"] = options.ApiKey,
            ["REEVE_API_AUTH_STRING"] = options.ApiAuthString,
            ["REEVE_LOGGING_LEVEL"] = options.LoggingLevel,
            ["REEVE_TASK_RUNNER"] = options.TaskRunner,
        };
        var settings = new ReeveSettings(name => given.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name), process.Profile, process.Files);
        return new EngineSession(settings, new ApiConnection(settings, RetryPolicy.Patient), time) { HostLogs = loggers };
    }

    public ValueTask DisposeAsync() => _session.IsValueCreated ? _session.Value.DisposeAsync() : default;

    // A host that is disposed in a plain using statement has no other end.
    public void Dispose() => Intercepted.Wait(async () => { await DisposeAsync(); return true; });
}
