using System.CommandLine;
using System.Text.Json.Nodes;
using Reeve.Cli.Output;
using Reeve.Protocol;
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
    private readonly OutputOption _output = new();

    public ConfigViewCommand()
        : base("view", "Show the settings in force. What is set in the environment stands above the project's files (reeve.toml, prefect.toml, pyproject.toml), those above the profile")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_showSources, _hideSources, _showSecrets, _hideSecrets, _showDefaults, _hideDefaults, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve config view"), new("reeve config view --show-defaults", "also what is not set")];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var settings = session.Settings;
        var withSecrets = parse.GetValue(_showSecrets) && !parse.GetValue(_hideSecrets);
        var inForce = InForce(settings, parse.GetValue(_showDefaults) && !parse.GetValue(_hideDefaults)).Select(s => (s.Key, Value: KnownSettings.Shown(s.Key, s.Value, withSecrets), s.Source)).ToList();
        var output = session.Terminal.Out;
        var withSources = !parse.GetValue(_hideSources);
        if (_output.IsJson(parse))
            JsonOutput.Write(WireJson.Parse(ToJson(settings.Profile.Name, inForce, withSources).ToJsonString()), output);
        else
        {
            output.WriteLine($"REEVE_PROFILE='{settings.Profile.Name}'");
            foreach (var (key, value, source) in inForce)
                output.WriteLine(withSources ? $"{key}='{value}' (from {source})" : $"{key}='{value}'");
        }

        return Task.FromResult(ExitCodes.Done);
    }

    private static JsonObject ToJson(string profile, List<(string Key, string Value, string Source)> inForce, bool withSources) => new()
    {
        ["profile"] = profile,
        ["settings"] = new JsonObject(inForce.Select(s => KeyValuePair.Create(s.Key, withSources ? new JsonObject { ["value"] = s.Value, ["source"] = s.Source } : (JsonNode?)s.Value))),
    };

    private static IEnumerable<(string Key, string Value, string Source)> InForce(ReeveSettings settings, bool withDefaults)
    {
        foreach (var known in KnownSettings.All)
        {
            if (settings.Find(known.Names) is { } set)
                yield return (set.Name, set.Value, set.Source);
            else if (withDefaults && known.Default is { } value)
                yield return ("REEVE_" + known.Name, value, "defaults");
        }

        foreach (var (key, value) in settings.Profile.Values.Where(p => KnownSettings.Find(p.Key) is null))
            yield return (key, value, $"profile {settings.Profile.Name}, for Python clients");
    }
}
