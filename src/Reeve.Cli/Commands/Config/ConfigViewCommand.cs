using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Config;

internal sealed class ConfigViewCommand : CliCommand
{
    private readonly Option<bool> _showSources = new("--show-sources") { Description = "Say where each value comes from (the default)" };
    private readonly Option<bool> _hideSources = new("--hide-sources") { Description = "Values only" };
    private readonly Option<bool> _showSecrets = new("--show-secrets") { Description = "Show keys and passwords" };
    private readonly Option<bool> _hideSecrets = new("--hide-secrets") { Description = "Mask keys and passwords (the default)" };
    private readonly Option<bool> _showDefaults = new("--show-defaults") { Description = "Show also what is set nowhere" };
    private readonly Option<bool> _hideDefaults = new("--hide-defaults") { Description = "Show only what is set (the default)" };

    public ConfigViewCommand()
        : base("view", "Show the settings in force")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_showSources, _hideSources, _showSecrets, _hideSecrets, _showDefaults, _hideDefaults])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve config view"), new("reeve config view --show-defaults", "also what is not set")];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var settings = session.Settings;
        var output = session.Terminal.Out;
        output.WriteLine($"REEVE_PROFILE='{settings.Profile.Name}'");
        foreach (var (key, value, source) in InForce(settings, parse.GetValue(_showDefaults)))
        {
            var shown = KnownSettings.Shown(key, value, parse.GetValue(_showSecrets) && !parse.GetValue(_hideSecrets));
            output.WriteLine(parse.GetValue(_hideSources) ? $"{key}='{shown}'" : $"{key}='{shown}' (from {source})");
        }

        return Task.FromResult(ExitCodes.Done);
    }

    private static IEnumerable<(string Key, string Value, string Source)> InForce(ReeveSettings settings, bool withDefaults)
    {
        foreach (var known in KnownSettings.All)
        {
            if (settings.Find(known.Name) is { } set)
                yield return (set.Name, set.Value, set.Source);
            else if (withDefaults && known.Default is { } value)
                yield return ("REEVE_" + known.Name, value, "defaults");
        }

        foreach (var (key, value) in settings.Profile.Values.Where(p => KnownSettings.Find(p.Key) is null))
            yield return (key, value, $"profile {settings.Profile.Name}, for Python clients");
    }
}
