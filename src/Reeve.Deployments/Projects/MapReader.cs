using System.Globalization;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Projects;

/// <summary>
/// Reads a mapping's values by key and says what is wrong with each: the wrong kind of value, a key that is missing, keys nobody asked for.
/// A value that is a placeholder counts as right; it is read again when its value is known.
/// </summary>
internal sealed class MapReader(MapNode map, string what, FaultCollector faults)
{
    private readonly List<string> _asked = [];

    public MapNode Map { get; } = map;

    public bool Has(string key) => Map[key] is { } value && value is not ScalarNode { IsNull: true };

    public DocumentNode? Node(string key)
    {
        _asked.Add(key);
        return Map[key] is { } value && value is not ScalarNode { IsNull: true } ? value : null;
    }

    /// <summary>A text. Numbers and truth values are taken as they are written: version: 1.0 is the text "1.0".</summary>
    public string? Text(string key)
    {
        var node = Node(key);
        if (node is ScalarNode scalar)
            return scalar.Text;
        if (node is not null)
            Wrong(key, node, "a text");
        return null;
    }

    public bool? Flag(string key)
    {
        var node = Node(key);
        if (node is ScalarNode { Value: JsonValue value } scalar)
        {
            if (value.TryGetValue<bool>(out var flag))
                return flag;
            if (bool.TryParse(scalar.Text, out flag))
                return flag;
        }
        if (node is not null && !IsPlaceholder(node))
            Wrong(key, node, "true or false");
        return null;
    }

    public double? Number(string key)
    {
        var node = Node(key);
        if (node is ScalarNode scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number;
        if (node is not null && !IsPlaceholder(node))
            Wrong(key, node, "a number");
        return null;
    }

    public int? Whole(string key)
    {
        if (Number(key) is not { } number)
            return null;
        if (number is >= int.MinValue and <= int.MaxValue && double.IsInteger(number))
            return (int)number;
        Wrong(key, Map[key]!, "a whole number");
        return null;
    }

    public MapNode? Inner(string key)
    {
        var node = Node(key);
        if (node is not (null or MapNode) && !IsPlaceholder(node))
            Wrong(key, node, "a mapping");
        return node as MapNode;
    }

    public ListNode? List(string key)
    {
        var node = Node(key);
        if (node is not (null or ListNode) && !IsPlaceholder(node))
            Wrong(key, node, "a list");
        return node as ListNode;
    }

    public void Wrong(string key, DocumentNode node, string expected) =>
        faults.Add(node.Position, $"'{key}' should be {expected}, and this is {node.Description}");

    public void Missing(string key, string? hint = null) => faults.Add(Map.Position, $"{what} has no '{key}'", hint);

    /// <summary>Tells of every key that was not asked for. To be called last.</summary>
    public void RefuseOthers(Func<string, bool>? tolerated = null)
    {
        foreach (var entry in Map.Entries)
        {
            var key = entry.Key.Text;
            if (!_asked.Contains(key) && tolerated?.Invoke(key) is not true)
                faults.Add(entry.Key.Position, $"{what} has no key '{key}'", NearestName.Hint(key, [.. _asked.Except(Map.Entries.Select(other => other.Key.Text))]));
        }
    }

    public static bool IsPlaceholder(DocumentNode node) => node is ScalarNode { IsText: true } scalar && Templating.Template.Parse(scalar.Text).Placeholders.Count > 0;
}
