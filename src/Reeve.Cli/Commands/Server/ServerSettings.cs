using System.Globalization;
using Microsoft.Extensions.Logging;
using Reeve.Cli.Commands.Config;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server;

/// <summary>From settings, whose values were all checked before, to what the server is started with.</summary>
internal static class ServerSettings
{
    /// <exception cref="CliException">Settings cannot be used; the message names every one and where it is set.</exception>
    public static ServerOptions Read(ReeveSettings settings, TimeProvider clock)
    {
        if (KnownSettings.Faults(settings) is { Count: > 0 } faults)
            throw new CliException(string.Join("\n       ", faults.Prepend($"{faults.Count.ToString(CultureInfo.InvariantCulture)} setting(s) cannot be used:")), $"all settings and where they are set: {CommandName.Text} config view");
        return new ServerOptions
        {
            Home = settings.Home,
            Host = settings.ServerHost,
            Port = settings.ServerPort,
            Database = settings.DatabaseConnectionUrl,
            ApiAuthentication = Text("SERVER_API_AUTH_STRING"),
            ApiBasePath = Text("SERVER_API_BASE_PATH")?.TrimEnd('/') is { Length: > 0 } apiBase ? apiBase : null,
            BasePath = Text("SERVER_UI_SERVE_BASE")?.TrimEnd('/') ?? "",
            ConsoleApiUrl = Text("SERVER_UI_API_URL"),
            WarmUp = true,
            ServeConsole = Truth("SERVER_UI_ENABLED"),
            Scheduler = Truth("SERVER_SERVICES_SCHEDULER_ENABLED"),
            LateRuns = Truth("SERVER_SERVICES_LATE_RUNS_ENABLED"),
            Scheduling = new()
            {
                Every = Time("SERVER_SERVICES_SCHEDULER_LOOP_SECONDS"),
                DeploymentsAtOnce = Number("SERVER_SERVICES_SCHEDULER_DEPLOYMENT_BATCH_SIZE"),
                LeastRuns = Number("SERVER_SERVICES_SCHEDULER_MIN_RUNS"),
                MostRuns = Number("SERVER_SERVICES_SCHEDULER_MAX_RUNS"),
                Near = Time("SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME"),
                Far = Time("SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME"),
            },
            Lateness = new() { Every = Time("SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS"), After = Time("SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS") },
            WorkerHealth = new()
            {
                TellsChanges = Truth("SERVER_SERVICES_FOREMAN_ENABLED"),
                Every = Time("SERVER_SERVICES_FOREMAN_LOOP_SECONDS"),
                MissedHeartbeats = Number("SERVER_SERVICES_FOREMAN_INACTIVITY_HEARTBEAT_MULTIPLE"),
                UsualHeartbeat = Time("SERVER_SERVICES_FOREMAN_FALLBACK_HEARTBEAT_INTERVAL_SECONDS"),
                QueueReady = Time("SERVER_SERVICES_FOREMAN_WORK_QUEUE_LAST_POLLED_TIMEOUT_SECONDS"),
                DeploymentReady = Time("SERVER_SERVICES_FOREMAN_DEPLOYMENT_LAST_POLLED_TIMEOUT_SECONDS"),
            },
            Upkeep = new()
            {
                EndsPauses = Truth("SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED"),
                PausesEvery = Time("SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS"),
                CancelsChildren = Truth("SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED"),
                ChildrenEvery = Time("SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS"),
                LeasesEvery = Time("SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS"),
            },
            Slots = new()
            {
                TagWait = Time("SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS"),
                DeploymentWait = Time("SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS"),
                DeploymentGrace = Time("SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION"),
            },
            CsrfProtection = Truth("SERVER_API_CSRF_PROTECTION_ENABLED"),
            CsrfTokenLife = Time("SERVER_API_CSRF_TOKEN_EXPIRATION"),
            CorsOrigins = SettingValues.List(Value("SERVER_API_CORS_ALLOWED_ORIGINS")),
            CorsMethods = SettingValues.List(Value("SERVER_API_CORS_ALLOWED_METHODS")),
            CorsHeaders = SettingValues.List(Value("SERVER_API_CORS_ALLOWED_HEADERS")),
            TrustedProxies = SettingValues.List(Text("SERVER_API_TRUSTED_PROXIES") ?? ""),
            LargestBody = long.Parse(Value("SERVER_API_MAX_REQUEST_SIZE"), CultureInfo.InvariantCulture),
            LargestParameters = int.Parse(Value("SERVER_API_MAX_PARAMETER_SIZE"), CultureInfo.InvariantCulture),
            LargestPage = Number("SERVER_API_DEFAULT_LIMIT"),
            LongestStop = Time("SERVER_SHUTDOWN_TIMEOUT"),
            LogLevel = Level(Value("SERVER_LOGGING_LEVEL")),
            LogAsJson = Value("SERVER_LOGGING_FORMAT") == "json",
            Clock = clock,
        };

        string? Text(string name) => settings.Find(KnownSettings.FindBare(name)!.Names)?.Value;

        string Value(string name) => Text(name) ?? KnownSettings.FindBare(name)!.Default!;

        bool Truth(string name) => SettingValues.TryTruth(Value(name), out var value) && value;

        int Number(string name) => SettingValues.TryCount(Value(name), out var value) ? value : throw new InvalidOperationException($"{name} was not checked.");

        TimeSpan Time(string name) => SettingValues.TryTime(Value(name), out var value) ? value : throw new InvalidOperationException($"{name} was not checked.");
    }

    public static LogLevel Level(string text) => text.ToUpperInvariant() switch
    {
        "NOTSET" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "CRITICAL" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
