using Reeve.Client;
using Reeve.Settings;

namespace Reeve.Cli;

/// <summary>What commands share: the terminal, the settings, the connection. All of it is made when first asked for, so that help costs nothing.</summary>
internal sealed class CliSession(Terminal terminal, Func<string, string?> environment, TimeProvider time) : IDisposable
{
    private ReeveSettings? _settings;
    private ApiConnection? _connection;

    public Terminal Terminal { get; } = terminal;

    public Func<string, string?> Environment { get; } = environment;

    public TimeProvider Time { get; } = time;

    /// <summary>The profile named before the command; null: the active one.</summary>
    public string? ProfileName { get; set; }

    /// <summary>Another API than the settings name; null: theirs. To be set before anything is asked of it.</summary>
    public string? ApiUrl { get; set; }

    /// <summary>Whether questions may be asked; null: if a person is there.</summary>
    public bool? Prompt { get; set; }

    /// <summary>Replaces the connection in tests.</summary>
    public Func<ReeveSettings, ApiConnection>? Connect { get; init; }

    /// <summary>Where the files of a project are looked for.</summary>
    public string Folder { get; init; } = Directory.GetCurrentDirectory();

    public bool MayAsk => Prompt ?? Terminal.IsInteractive;

    public ReeveSettings Settings => _settings ??= LoadSettings();

    public OrchestrationClient Client => new(_connection ??= Connect?.Invoke(Settings) ?? new ApiConnection(Settings, RetryPolicy.Interactive));

    /// <summary>Takes the profile that a project names, unless one was named before the command.</summary>
    public void PreferProfile(string? name)
    {
        if (name is null || ProfileName is not null || _connection is not null)
            return;
        (ProfileName, _settings) = (name, null);
    }

    /// <summary>A connection by another profile than the session's. The environment's variables win over a profile's, so they are left out.</summary>
    public ApiConnection ConnectionOf(string profile)
    {
        var settings = new ReeveSettings(
            name => name.EndsWith("_API_URL", StringComparison.Ordinal) || name.EndsWith("_API_KEY", StringComparison.Ordinal) || name.EndsWith("_API_AUTH_STRING", StringComparison.Ordinal) ? null : Environment(name),
            ProfilesFile.Load(Home).Get(profile), SettingsLayer.LoadFolder(Folder));
        return Connect?.Invoke(settings) ?? new ApiConnection(settings, RetryPolicy.Interactive);
    }

    /// <summary>The folder of profiles, database and caches.</summary>
    public string Home => new ReeveSettings(Environment, new Profile("", new Dictionary<string, string>())).Home;

    private ReeveSettings LoadSettings()
    {
        var profiles = ProfilesFile.Load(Home);
        var name = ProfileName ?? Environment("REEVE_PROFILE") ?? Environment("PREFECT_PROFILE");
        return new ReeveSettings(setting => setting == "REEVE_API_URL" && ApiUrl is not null ? ApiUrl : Environment(setting), name is null ? profiles.ActiveProfile : profiles.Get(name), SettingsLayer.LoadFolder(Folder));
    }

    public void Dispose() => _connection?.Dispose();
}
