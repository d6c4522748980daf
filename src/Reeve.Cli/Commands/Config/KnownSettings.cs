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
        new("SERVER_API_MAX_PARAMETER_SIZE", SettingKind.Count, "524288"),
        new("SERVER_API_TRUSTED_PROXIES", SettingKind.Proxies),
        new("SERVER_DATABASE_CONNECTION_URL", IsSecret: true) { Others = ["API_DATABASE_CONNECTION_URL"] },
        new("SERVER_LOGGING_LEVEL", SettingKind.Level, "INFO") { Others = ["LOGGING_SERVER_LEVEL"] },
        new("SERVER_LOGGING_FORMAT", SettingKind.LogFormat, "text"),
        new("SERVER_SHUTDOWN_TIMEOUT", SettingKind.Seconds, "10"),
        new("SERVER_UI_ENABLED", SettingKind.Truth, "true") { Others = ["UI_ENABLED"] },
        new("SERVER_UI_SERVE_BASE", SettingKind.Path, "/") { Others = ["UI_SERVE_BASE"] },
        new("SERVER_UI_API_URL", SettingKind.Address) { Others = ["UI_API_URL"] },
        new("SERVER_SERVICES_SCHEDULER_ENABLED", SettingKind.Truth, "true") { Others = ["API_SERVICES_SCHEDULER_ENABLED"] },
        new("SERVER_SERVICES_LATE_RUNS_ENABLED", SettingKind.Truth, "true") { Others = ["API_SERVICES_LATE_RUNS_ENABLED"] },
    ];

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
