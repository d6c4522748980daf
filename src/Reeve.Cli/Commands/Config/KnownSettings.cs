using Reeve.Deployments.Projects;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Config;

/// <summary>The settings that Reeve reads, each under <c>REEVE_</c> and <c>PREFECT_</c>, and under the names of the 2.x line where those are others.</summary>
internal static class KnownSettings
{
    public static IReadOnlyList<KnownSetting> All { get; } =
    [
        new("API_URL", SettingKind.Address, "http://127.0.0.1:4200/api"),
        new("API_AUTH_STRING", IsSecret: true),
        new("API_KEY", IsSecret: true),
        new("LOGGING_LEVEL", SettingKind.Level, "INFO"),
        new("ENGINE_SERVER_AWAY_SECONDS", SettingKind.Seconds, "10"),
        new("UI_URL", SettingKind.Address),
        new("FLOW_RUN_LEASE_SECONDS", SettingKind.Lease, "60"),
        new("TASK_RUNNER", SettingKind.Runner, $"thread-pool({TaskRunner.DefaultWorkers})"),
        new("TASKS_RUNNER_THREAD_POOL_MAX_WORKERS", SettingKind.Count) { Others = ["TASK_RUNNER_THREAD_POOL_MAX_WORKERS"] },
        new("TASKS_DEFAULT_RETRIES", SettingKind.Size, "0") { Others = ["TASK_DEFAULT_RETRIES"] },
        new("TASKS_DEFAULT_RETRY_DELAY_SECONDS", SettingKind.Delays, "0") { Others = ["TASK_DEFAULT_RETRY_DELAY_SECONDS"] },
        new("TASKS_DEFAULT_PERSIST_RESULT", SettingKind.Truth),
        new("TASKS_REFRESH_CACHE", SettingKind.Truth, "false"),
        new("TASKS_DISABLE_CACHING", SettingKind.Truth, "false"),
        new("FLOWS_DEFAULT_RETRIES", SettingKind.Size, "0") { Others = ["FLOW_DEFAULT_RETRIES"] },
        new("FLOWS_DEFAULT_RETRY_DELAY_SECONDS", SettingKind.Delays, "0") { Others = ["FLOW_DEFAULT_RETRY_DELAY_SECONDS"] },
        new("RESULTS_PERSIST_BY_DEFAULT", SettingKind.Truth),
        new("RESULTS_DEFAULT_SERIALIZER", Default: "json"),
        new("RESULTS_DEFAULT_STORAGE_BLOCK") { Others = ["DEFAULT_RESULT_STORAGE_BLOCK"] },
        new("RESULTS_LOCAL_STORAGE_PATH") { Others = ["LOCAL_STORAGE_PATH"] },
        new("SERVER_API_HOST", Default: "127.0.0.1"),
        new("SERVER_API_PORT", SettingKind.Port, "4200"),
        new("SERVER_API_AUTH_STRING", SettingKind.UserAndPassword, IsSecret: true),
        new("SERVER_API_BASE_PATH", SettingKind.Path),
        new("SERVER_API_CSRF_PROTECTION_ENABLED", SettingKind.Truth, "false") { Others = ["SERVER_CSRF_PROTECTION_ENABLED"] },
        new("SERVER_API_CSRF_TOKEN_EXPIRATION", SettingKind.Seconds, "3600") { Others = ["SERVER_CSRF_TOKEN_EXPIRATION"] },
        new("SERVER_API_CORS_ALLOWED_ORIGINS", Default: "*") { Others = ["SERVER_CORS_ALLOWED_ORIGINS"] },
        new("SERVER_API_CORS_ALLOWED_METHODS", Default: "*") { Others = ["SERVER_CORS_ALLOWED_METHODS"] },
        new("SERVER_API_CORS_ALLOWED_HEADERS", Default: "*") { Others = ["SERVER_CORS_ALLOWED_HEADERS"] },
        new("SERVER_API_MAX_REQUEST_SIZE", SettingKind.Bytes, "67108864"),
        new("SERVER_API_MAX_PARAMETER_SIZE", SettingKind.Size, "524288"),
        new("SERVER_API_DEFAULT_LIMIT", SettingKind.Count, "200") { Others = ["API_DEFAULT_LIMIT"] },
        new("SERVER_API_TRUSTED_PROXIES", SettingKind.Proxies),
        new("SERVER_DATABASE_CONNECTION_URL", IsSecret: true) { Others = ["API_DATABASE_CONNECTION_URL"] },
        new("SERVER_LOGGING_LEVEL", SettingKind.Level, "INFO") { Others = ["LOGGING_SERVER_LEVEL"] },
        new("SERVER_LOGGING_FORMAT", SettingKind.LogFormat, "text"),
        new("SERVER_SHUTDOWN_TIMEOUT", SettingKind.Seconds, "10"),
        new("SERVER_UI_ENABLED", SettingKind.Truth, "true") { Others = ["UI_ENABLED"] },
        new("SERVER_UI_SERVE_BASE", SettingKind.Path, "/") { Others = ["UI_SERVE_BASE"] },
        new("SERVER_UI_API_URL", SettingKind.Address) { Others = ["UI_API_URL"] },
        new("SERVER_SERVICES_SCHEDULER_ENABLED", SettingKind.Truth, "true") { Others = ["API_SERVICES_SCHEDULER_ENABLED"] },
        Service("SCHEDULER_LOOP_SECONDS", SettingKind.Pause, "60"),
        Service("SCHEDULER_DEPLOYMENT_BATCH_SIZE", SettingKind.Count, "100"),
        Service("SCHEDULER_MIN_RUNS", SettingKind.Count, "3"),
        Service("SCHEDULER_MAX_RUNS", SettingKind.Count, "100"),
        Service("SCHEDULER_MIN_SCHEDULED_TIME", SettingKind.Seconds, "3600"),
        Service("SCHEDULER_MAX_SCHEDULED_TIME", SettingKind.Seconds, "8640000"),
        new("SERVER_SERVICES_LATE_RUNS_ENABLED", SettingKind.Truth, "true") { Others = ["API_SERVICES_LATE_RUNS_ENABLED"] },
        Service("LATE_RUNS_LOOP_SECONDS", SettingKind.Pause, "5"),
        Service("LATE_RUNS_AFTER_SECONDS", SettingKind.Seconds, "15"),
        Service("PAUSE_EXPIRATIONS_ENABLED", SettingKind.Truth, "true"),
        Service("PAUSE_EXPIRATIONS_LOOP_SECONDS", SettingKind.Pause, "5"),
        Service("CANCELLATION_CLEANUP_ENABLED", SettingKind.Truth, "true"),
        Service("CANCELLATION_CLEANUP_LOOP_SECONDS", SettingKind.Pause, "5"),
        Service("REPOSSESSOR_LOOP_SECONDS", SettingKind.Pause, "2"),
        Service("FOREMAN_ENABLED", SettingKind.Truth, "true"),
        Service("FOREMAN_LOOP_SECONDS", SettingKind.Pause, "15"),
        Service("FOREMAN_INACTIVITY_HEARTBEAT_MULTIPLE", SettingKind.Count, "3"),
        Service("FOREMAN_FALLBACK_HEARTBEAT_INTERVAL_SECONDS", SettingKind.Seconds, "30"),
        Service("FOREMAN_DEPLOYMENT_LAST_POLLED_TIMEOUT_SECONDS", SettingKind.Seconds, "60"),
        Service("FOREMAN_WORK_QUEUE_LAST_POLLED_TIMEOUT_SECONDS", SettingKind.Seconds, "60"),
        new("SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS", SettingKind.Seconds, "30") { Others = ["TASK_RUN_TAG_CONCURRENCY_SLOT_WAIT_SECONDS"] },
        new("SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS", SettingKind.Seconds, "30") { Others = ["DEPLOYMENT_CONCURRENCY_SLOT_WAIT_SECONDS"] },
        new("SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION", SettingKind.Seconds, "300"),
    ];

    // a loop of the server; the 2.x line counted them to its API
    private static KnownSetting Service(string name, SettingKind kind, string standard) => new("SERVER_SERVICES_" + name, kind, standard) { Others = ["API_SERVICES_" + name] };

    /// <summary>The name without its prefix; null when it has none.</summary>
    public static string? Bare(string key) =>
        key.StartsWith("REEVE_", StringComparison.Ordinal) ? key["REEVE_".Length..]
        : key.StartsWith("PREFECT_", StringComparison.Ordinal) ? key["PREFECT_".Length..]
        : null;

    public static KnownSetting? Find(string key) => Bare(key) is { } bare ? FindBare(bare) : null;

    public static KnownSetting? FindBare(string name) => All.FirstOrDefault(s => s.Names.Contains(name, StringComparer.Ordinal));

    /// <summary>Checks a name that is to be set.</summary>
    /// <returns>False for a name that Reeve does not read, but a Python client of the profile may.</returns>
    /// <exception cref="CliException">No program reads such a setting.</exception>
    public static bool Check(string key)
    {
        if (Find(key) is not null)
            return true;
        var nearest = NearestName.Of(key, All.SelectMany(s => s.Names).SelectMany(name => (string[])["REEVE_" + name, "PREFECT_" + name]).Append("REEVE_HOME").Append("REEVE_PROFILE"));
        if (Bare(key) is "HOME" or "PROFILE")
            throw new CliException($"{key} says where profiles are, so it cannot stand in one", $"set it in the environment: export {key}=…");
        if (nearest is null && key.StartsWith("PREFECT_", StringComparison.Ordinal))
            return false;
        throw new CliException($"there is no setting '{key}'",
            nearest is null ? "settings: " + string.Join(", ", All.Select(s => "REEVE_" + s.Name)) : $"did you mean {nearest}?", ExitCodes.Usage);
    }

    /// <summary>Every fault of the settings in force: where it is, what it is, what to set instead.</summary>
    public static List<string> Faults(ReeveSettings settings)
    {
        List<string> faults = [];
        foreach (var known in All)
        {
            if (settings.Find(known.Names) is { } set && known.Fault(set.Value) is { } fault)
                faults.Add($"{set.Name} is '{Shown(set.Name, set.Value, showSecrets: false)}' (from {set.Source}); it must be {fault}");
        }

        if (Number("SERVER_SERVICES_SCHEDULER_MIN_RUNS") is { } least && Number("SERVER_SERVICES_SCHEDULER_MAX_RUNS") is { } most && least > most)
            faults.Add($"SERVER_SERVICES_SCHEDULER_MIN_RUNS is {least}, more than SERVER_SERVICES_SCHEDULER_MAX_RUNS, which is {most}");

        int? Number(string name) => SettingValues.TryCount(settings.Find(FindBare(name)!.Names)?.Value ?? FindBare(name)!.Default!, out var number) ? number : null;

        // a file for Python may hold what only Python reads; one of Reeve's own may not
        foreach (var file in settings.Files.Where(f => f.IsReeves))
        {
            foreach (var name in file.Values.Keys.Where(name => FindBare(name) is null))
            {
                var nearest = NearestName.Of(name, All.SelectMany(s => s.Names));
                faults.Add($"{file.Source} sets {name}, which is no setting" + (nearest is null ? "" : $"; did you mean {nearest}?"));
            }
        }

        return faults;
    }

    /// <summary>The value as it may be shown.</summary>
    public static string Shown(string key, string value, bool showSecrets)
    {
        var looksSecret = Find(key)?.IsSecret ?? (key.EndsWith("_KEY", StringComparison.Ordinal) || key.EndsWith("_TOKEN", StringComparison.Ordinal)
            || key.Contains("PASSWORD", StringComparison.Ordinal) || key.Contains("SECRET", StringComparison.Ordinal)
            || key.Contains("AUTH_STRING", StringComparison.Ordinal) || key.EndsWith("CONNECTION_URL", StringComparison.Ordinal));
        return looksSecret && !showSecrets ? "********" : value;
    }
}
