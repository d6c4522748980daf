using System.Globalization;

namespace Reeve.Settings;

/// <summary>Reads settings. Each is looked for as <c>REEVE_X</c>, then <c>PREFECT_X</c> in the environment, then in the project's files (<see cref="SettingsLayer"/>), then under either name in the
/// active profile, then the default. Flags of the command line stand above all of them.</summary>
public sealed class ReeveSettings
{
    private readonly Func<string, string?> _environment;
    private readonly Profile _profile;

    /// <summary>Settings over an environment, a profile and the files of a project.</summary>
    public ReeveSettings(Func<string, string?> environment, Profile profile, IReadOnlyList<SettingsLayer>? files = null)
    {
        _environment = environment;
        _profile = profile;
        Files = files ?? [];
    }

    /// <summary>The project's files, the strongest first.</summary>
    public IReadOnlyList<SettingsLayer> Files { get; }

    /// <summary>The settings of this process: its environment and the profile that is active in the home folder.</summary>
    /// <param name="profileName">Another profile than the active one.</param>
    /// <exception cref="SettingsException">The profiles file cannot be read, or the named profile does not exist.</exception>
    public static ReeveSettings Load(string? profileName = null)
    {
        Func<string, string?> environment = Environment.GetEnvironmentVariable;
        var profiles = ProfilesFile.Load(HomeOf(environment));
        var name = profileName ?? environment("REEVE_PROFILE") ?? environment("PREFECT_PROFILE");
        return new ReeveSettings(environment, name is null ? profiles.ActiveProfile : profiles.Get(name), SettingsLayer.LoadFolder(Directory.GetCurrentDirectory()));
    }

    /// <summary>The folder of profiles, the embedded database, caches and stored results: <c>REEVE_HOME</c>, <c>PREFECT_HOME</c>, else <c>~/.reeve</c>.</summary>
    public string Home => HomeOf(_environment);

    /// <summary>The active profile.</summary>
    public Profile Profile => _profile;

    /// <summary>The API's address, ending in <c>/api</c>; default <c>http://127.0.0.1:4200/api</c>.</summary>
    public Uri ApiUrl
    {
        get
        {
            var text = Find("API_URL")?.Value ?? "http://127.0.0.1:4200/api";
            return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : throw new SettingsException($"REEVE_API_URL is '{text}', which is not an http or https address. Set it to something like http://127.0.0.1:4200/api");
        }
    }

    /// <summary>The console's address: <c>REEVE_UI_URL</c>, else the API's without its last <c>/api</c>.</summary>
    public Uri UiUrl
    {
        get
        {
            if (Find("UI_URL") is not { } setting)
                return new Uri(ApiUrl.ToString() is var api && api.EndsWith("/api", StringComparison.Ordinal) ? api[..^"/api".Length] : api);
            return Uri.TryCreate(setting.Value.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : throw new SettingsException($"{setting.Name} is '{setting.Value}' ({setting.Source}), which is not an http or https address");
        }
    }

    /// <summary>"user:password" for servers that ask for it; null when none is set.</summary>
    public string? ApiAuthString => Find("API_AUTH_STRING")?.Value ?? Find("SERVER_API_AUTH_STRING")?.Value;

    /// <summary>A bearer key; null when none is set.</summary>
    public string? ApiKey => Find("API_KEY")?.Value;

    /// <summary>The server's database; default the embedded one, <c>reeve.db</c> in the home folder.</summary>
    public string DatabaseConnectionUrl =>
        Find("SERVER_DATABASE_CONNECTION_URL", "API_DATABASE_CONNECTION_URL")?.Value ?? $"sqlite:///{Path.Combine(Home, "reeve.db")}";

    /// <summary>The address that the server binds to; default 127.0.0.1.</summary>
    public string ServerHost => Find("SERVER_API_HOST")?.Value ?? "127.0.0.1";

    /// <summary>The port that the server binds to; default 4200.</summary>
    public int ServerPort => Number("SERVER_API_PORT", 4200);

    /// <summary>The least level of log lines that are sent to the API; default "INFO".</summary>
    public string LoggingLevel => Find("LOGGING_LEVEL")?.Value ?? "INFO";

    /// <summary>Finds a setting by its name without prefix, such as "API_URL", or by another name that it goes by.</summary>
    /// <returns>The value and where it was found; null when it is set nowhere.</returns>
    public Setting? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            foreach (var key in (ReadOnlySpan<string>)[$"REEVE_{name}", $"PREFECT_{name}"])
            {
                if (_environment(key) is { Length: > 0 } value)
                    return new Setting(key, value, "environment");
            }
        }

        foreach (var file in Files)
        {
            foreach (var name in names)
            {
                if (file.Values.TryGetValue(name, out var value))
                    return new Setting($"REEVE_{name}", value, file.Source);
            }
        }

        foreach (var name in names)
        {
            foreach (var key in (ReadOnlySpan<string>)[$"REEVE_{name}", $"PREFECT_{name}"])
            {
                if (_profile.Values.TryGetValue(key, out var value))
                    return new Setting(key, value, $"profile {_profile.Name}");
            }
        }

        return null;
    }

    private int Number(string name, int fallback)
    {
        if (Find(name) is not { } setting)
            return fallback;
        return int.TryParse(setting.Value, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SettingsException($"{setting.Name} is '{setting.Value}' ({setting.Source}); it must be a whole number");
    }

    private static string HomeOf(Func<string, string?> environment) =>
        Path.GetFullPath(environment("REEVE_HOME") ?? environment("PREFECT_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".reeve"));
}

/// <summary>A setting that was found.</summary>
/// <param name="Name">The name it was found under, with prefix.</param>
/// <param name="Value">The value.</param>
/// <param name="Source">"environment", a file, or "profile NAME".</param>
public sealed record Setting(string Name, string Value, string Source);
