using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Projects;

/// <summary>
/// Lays an environment of the project file over its document, before it is read: maps merge, lists and single values replace, null removes.
/// Values keep their places, so that a fault in an overlay is told where it stands.
/// </summary>
internal sealed class EnvironmentOverlay
{
    private const string Key = "environments";

    // What an environment says of itself; everything else in it is said of each deployment.
    private static readonly string[] Own = ["profile", "suffix", "variables", "build", "push", "pull", "deployments"];

    private readonly MapNode _environment;
    private readonly FaultCollector _faults;
    private readonly string _name;
    private readonly Dictionary<string, JsonNode?> _variables = [];
    private readonly string? _suffix;

    private EnvironmentOverlay(string name, MapNode environment, FaultCollector faults)
    {
        (_name, _environment, _faults) = (name, environment, faults);
        var reader = new MapReader(environment, "an environment", faults);
        Profile = reader.Text("profile");
        _suffix = reader.Text("suffix");
        foreach (var variable in reader.Inner("variables")?.Entries ?? [])
            _variables[variable.Key.Text] = variable.Value.ToJson();
        foreach (var named in reader.Inner("deployments")?.Entries ?? [])
            if (named.Value is not (MapNode or ScalarNode { IsNull: true }))
                faults.Add(named.Value.Position, $"'{named.Key.Text}' should be a mapping, and this is {named.Value.Description}");
    }

    public string? Profile { get; }

    /// <summary>The names of the environments, whether the project or one of its deployments names them.</summary>
    public static IReadOnlyList<string> Names(MapNode root, FaultCollector faults)
    {
        List<string> names = [];
        foreach (var holder in Deployments(root).Prepend(root))
        {
            var map = new MapReader(holder, "a project file", faults).Inner(Key);
            foreach (var entry in map?.Entries ?? [])
            {
                if (entry.Value is not (MapNode or ScalarNode { IsNull: true }))
                    faults.Add(entry.Value.Position, $"the environment '{entry.Key.Text}' should be a mapping, and this is {entry.Value.Description}");
                names.Add(entry.Key.Text);
            }
        }
        return [.. names.Distinct()];
    }

    /// <summary>The overlay of a known environment; null with the fault told when there is no such.</summary>
    public static EnvironmentOverlay? Find(MapNode root, string name, IReadOnlyList<string> names, FaultCollector faults)
    {
        if (!names.Contains(name))
        {
            faults.Add(root[Key]?.Position ?? root.Position, $"there is no environment '{name}'",
                names.Count == 0 ? "the project has none; give it 'environments'" : NearestName.Hint(name, [.. names]));
            return null;
        }
        return new EnvironmentOverlay(name, (root[Key] as MapNode)?[name] as MapNode ?? new MapNode(root.Position, []), faults);
    }

    public MapNode Over(MapNode root)
    {
        var said = new MapNode(_environment.Position, [.. _environment.Entries.Where(entry => !Own.Contains(entry.Key.Text))]);
        var named = _environment["deployments"] as MapNode;
        var known = Deployments(root).Select(deployment => (deployment["name"] as ScalarNode)?.Text).OfType<string>().ToList();
        foreach (var entry in named?.Entries ?? [])
            if (!known.Contains(entry.Key.Text))
                _faults.Add(entry.Key.Position, $"there is no deployment '{entry.Key.Text}'", NearestName.Hint(entry.Key.Text, known));

        List<MapEntry> entries = [];
        foreach (var entry in Merge(root, new MapNode(_environment.Position, [.. _environment.Entries.Where(entry => entry.Key.Text is "build" or "push" or "pull")])).Entries)
            entries.Add(entry is { Key.Text: "deployments", Value: ListNode list }
                ? entry with { Value = list with { Items = [.. list.Items.Select(item => item is MapNode deployment ? Over(deployment, said, named) : item)] } }
                : entry);
        return (MapNode)Filled(root with { Entries = entries });
    }

    private MapNode Over(MapNode deployment, MapNode said, MapNode? named)
    {
        var name = (deployment["name"] as ScalarNode)?.Text;
        if (name is null && deployment["entrypoint"] is null)
            return deployment; // the entry that `init` writes
        var own = (deployment[Key] as MapNode)?[_name] as MapNode;
        var result = Merge(deployment, said);
        if (name is not null && named?[name] is MapNode fromProject)
            result = Merge(result, fromProject);
        if (own is not null)
            result = Merge(result, own);
        // a name that the environment gives stands as it is given
        if (_suffix is { Length: > 0 } suffix && result["name"] is ScalarNode given && ReferenceEquals(given, deployment["name"]))
            result = Merge(result, new MapNode(given.Position, [new MapEntry(given with { Text = "name", Value = "name" }, given with { Text = given.Text + suffix, Value = given.Text + suffix })]));
        return result;
    }

    private static IEnumerable<MapNode> Deployments(MapNode root) => (root["deployments"] as ListNode)?.Items.OfType<MapNode>() ?? [];

    private static MapNode Merge(MapNode map, MapNode over)
    {
        List<MapEntry> entries = [];
        foreach (var entry in map.Entries)
        {
            if (IsOther(entry.Key.Text, over))
                continue;
            if (over[entry.Key.Text] is not { } change)
                entries.Add(entry);
            else if (change is not ScalarNode { IsNull: true })
                entries.Add(entry with { Value = entry.Value is MapNode inner && change is MapNode changes && entry.Key.Text != "schedule" ? Merge(inner, changes) : change });
        }
        entries.AddRange(over.Entries.Where(entry => map[entry.Key.Text] is null && entry.Value is not ScalarNode { IsNull: true }));
        return map with { Entries = entries };
    }

    // 'schedule' and 'schedules' say the same thing in two forms.
    private static bool IsOther(string key, MapNode over) => (key == "schedule" && over["schedules"] is not null) || (key == "schedules" && over["schedule"] is not null);

    /// <summary>The document with the environment's variables put in; those of the server wait until later.</summary>
    private DocumentNode Filled(DocumentNode node) => _variables.Count == 0 ? node : node switch
    {
        MapNode map => map with { Entries = [.. map.Entries.Select(entry => entry.Key.Text == Key ? entry : entry with { Value = Filled(entry.Value) })] },
        ListNode list => list with { Items = [.. list.Items.Select(Filled)] },
        ScalarNode { IsText: true } scalar when scalar.Text.Contains("{{", StringComparison.Ordinal) => Filled(scalar),
        _ => node,
    };

    private DocumentNode Filled(ScalarNode scalar)
    {
        var template = Template.Parse(scalar.Text);
        if (template.Whole is { Kind: PlaceholderKind.Variable } whole && _variables.TryGetValue(whole.Name, out var value))
            return DocumentNode.FromJson(scalar.Position, value?.DeepClone());
        var text = scalar.Text;
        foreach (var placeholder in template.Placeholders.Reverse())
            if (placeholder.Kind is PlaceholderKind.Variable && _variables.TryGetValue(placeholder.Name, out var part))
                text = text.Remove(placeholder.Offset, placeholder.Length).Insert(placeholder.Offset, Written(part));
        return text == scalar.Text ? scalar : scalar with { Text = text, Value = text };
    }

    private static string Written(JsonNode? value) => value is JsonValue leaf && leaf.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? "";
}
