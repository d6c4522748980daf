using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Config;

/// <summary>The settings that Reeve reads, each under <c>REEVE_</c> and <c>PREFECT_</c>.</summary>
internal static class KnownSettings
{
    public static IReadOnlyList<KnownSetting> All { get; } =
    [
        new("API_URL", "http://127.0.0.1:4200/api"),
        new("API_AUTH_STRING", IsSecret: true),
        new("API_KEY", IsSecret: true),
        new("API_DATABASE_CONNECTION_URL", IsSecret: true),
        new("SERVER_API_HOST", "127.0.0.1"),
        new("SERVER_API_PORT", "4200"),
        new("SERVER_API_AUTH_STRING", IsSecret: true),
        new("SERVER_DATABASE_CONNECTION_URL", IsSecret: true),
        new("LOGGING_LEVEL", "INFO"),
    ];

    /// <summary>The name without its prefix; null when it has none.</summary>
    public static string? Bare(string key) =>
        key.StartsWith("REEVE_", StringComparison.Ordinal) ? key["REEVE_".Length..]
        : key.StartsWith("PREFECT_", StringComparison.Ordinal) ? key["PREFECT_".Length..]
        : null;

    public static KnownSetting? Find(string key) => Bare(key) is { } bare ? All.FirstOrDefault(s => s.Name == bare) : null;

    /// <summary>Checks a name that is to be set.</summary>
    /// <returns>False for a name that Reeve does not read, but a Python client of the profile may.</returns>
    /// <exception cref="CliException">No program reads such a setting.</exception>
    public static bool Check(string key)
    {
        if (Find(key) is not null)
            return true;
        var nearest = NearestName.Of(key, All.SelectMany(s => (string[])["REEVE_" + s.Name, "PREFECT_" + s.Name]).Append("REEVE_HOME").Append("REEVE_PROFILE"));
        if (Bare(key) is "HOME" or "PROFILE")
            throw new CliException($"{key} says where profiles are, so it cannot stand in one", $"set it in the environment: export {key}=…");
        if (nearest is null && key.StartsWith("PREFECT_", StringComparison.Ordinal))
            return false;
        throw new CliException($"there is no setting '{key}'",
            nearest is null ? "settings: " + string.Join(", ", All.Select(s => "REEVE_" + s.Name)) : $"did you mean {nearest}?", ExitCodes.Usage);
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

/// <param name="Name">Without prefix.</param>
/// <param name="Default">Null: none, or one that depends on the home folder.</param>
/// <param name="IsSecret">Whether it is masked when shown.</param>
internal sealed record KnownSetting(string Name, string? Default = null, bool IsSecret = false);
