using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Config;

internal sealed class ConfigSetCommand : CliCommand
{
    private readonly Argument<string[]> _settings = new("KEY=VALUE") { Description = "Settings, such as REEVE_API_URL=http://127.0.0.1:4200/api", Arity = ArgumentArity.OneOrMore };

    public ConfigSetCommand()
        : base("set", "Set settings in the active profile") => Arguments.Add(_settings);

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve config set REEVE_API_URL=http://server:4200/api"),
        new("reeve config set PREFECT_LOGGING_LEVEL=DEBUG", "PREFECT_ names are equals"),
    ];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pairs = parse.GetRequiredValue(_settings).Select(Split).ToList();
        var profiles = ProfilesFile.Load(session.Home);
        var profile = session.ProfileName is { } name ? profiles.Get(name).Name : profiles.Active;
        foreach (var (key, value) in pairs)
        {
            if (!KnownSettings.Check(key))
                session.Terminal.Error.WriteLine($"Note: {key} is not read by Reeve; it is kept for Python clients.");
            CheckValue(key, value);
            // The last one set wins, whatever name it goes by.
            foreach (var name in KnownSettings.Find(key)?.Names ?? (KnownSettings.Bare(key) is { } bare ? [bare] : []))
            {
                profiles.Set(profile, "REEVE_" + name, null);
                profiles.Set(profile, "PREFECT_" + name, null);
            }

            profiles.Set(profile, key, value);
        }

        profiles.Save();
        foreach (var (key, value) in pairs)
        {
            session.Terminal.Out.WriteLine($"Set {key} to '{KnownSettings.Shown(key, value, showSecrets: false)}' in profile '{profile}'.");
            if (!string.IsNullOrEmpty(session.Environment(key)))
                session.Terminal.Error.WriteLine($"Note: {key} is also set in the environment, which wins.");
        }

        return Task.FromResult(ExitCodes.Done);
    }

    private static (string Key, string Value) Split(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (text[..at].Trim(), text[(at + 1)..])
            : throw new CliException($"'{text}' is not KEY=VALUE", $"for example: {CommandName.Text} config set REEVE_API_URL=http://127.0.0.1:4200/api", ExitCodes.Usage);
    }

    private static void CheckValue(string key, string value)
    {
        if (KnownSettings.Find(key)?.Fault(value) is { } fault)
            throw new SettingsException($"{key} is '{KnownSettings.Shown(key, value, showSecrets: false)}'; it must be {fault}");
    }
}
