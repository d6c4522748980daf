using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using YamlDotNet.Core;

namespace Reeve.Deployments.Editing;

/// <summary>
/// Changes values of a YAML text and leaves every other character as it is: comments, order, anchors, quotes, blank lines, line ends. Each edit
/// is read again and must give exactly the wanted values; an edit that would not (the value hangs on an anchor that others use, a way of writing
/// this editor does not know) is refused, and the text stays as it was.
/// </summary>
public sealed class YamlEditor
{
    private JsonNode? _values;

    private YamlEditor(string text, JsonNode? values) => (Text, _values) = (text, values);

    /// <summary>The text as edited so far.</summary>
    public string Text { get; private set; }

    /// <summary>What the text says, aliases and merges followed.</summary>
    public JsonNode? Values => _values?.DeepClone();

    /// <summary>An editor of a text, or the faults that keep it from being YAML.</summary>
    public static (YamlEditor? Editor, IReadOnlyList<Fault> Faults) Open(string file, string text)
    {
        var faults = new FaultCollector();
        var root = YamlDocument.Read(file, text, faults, out _);
        return faults.Any ? (null, faults.InOrder) : (new YamlEditor(text, root?.ToJson()), []);
    }

    /// <summary>Gives a key a value; mappings are merged key by key, everything else is replaced. A value that is the same already is not touched.</summary>
    /// <param name="path">Keys, and positions in lists, from the root.</param>
    /// <exception cref="YamlEditException">It cannot be done without harm.</exception>
    public void Merge(IReadOnlyList<string> path, JsonObject changes)
    {
        foreach (var (key, value) in changes)
        {
            IReadOnlyList<string> inner = [.. path, key];
            var current = Follow(inner);
            if (value is JsonObject { Count: > 0 } map && current is JsonObject { Count: > 0 })
                Merge(inner, map);
            else if (!JsonNode.DeepEquals(current, value) || (current is null && (Follow(path) as JsonObject)?.ContainsKey(key) is not true))
                Set(inner, value);
        }
    }

    /// <summary>Gives a key a value, in place of whatever it has.</summary>
    /// <exception cref="YamlEditException">It cannot be done without harm.</exception>
    public void Set(IReadOnlyList<string> path, JsonNode? value)
    {
        var wanted = _values?.DeepClone() ?? new JsonObject();
        Put(wanted, path, value);
        Accept(placement => placement.Set(path, value, wanted), wanted);
    }

    /// <summary>Adds an item at the end of a list; the list is made if there is none.</summary>
    /// <exception cref="YamlEditException">It cannot be done without harm.</exception>
    public void Append(IReadOnlyList<string> path, JsonNode item)
    {
        if (Follow(path) is not JsonArray { Count: > 0 })
        {
            Set(path, new JsonArray(item.DeepClone()));
            return;
        }
        var wanted = _values!.DeepClone();
        ((JsonArray)Follow(wanted, path)!).Add(item.DeepClone());
        Accept(placement => placement.Append(path, item), wanted);
    }

    private void Accept(Func<YamlPlacement, string> place, JsonNode wanted)
    {
        var faults = new FaultCollector();
        string? text = null;
        JsonNode? got = null;
        try
        {
            text = place(new YamlPlacement(Text));
            got = YamlDocument.Read("", text, faults, out _)?.ToJson();
        }
        catch (YamlException)
        {
            // what came out is no YAML: told below
        }
        if (text is null || faults.Any || !JsonNode.DeepEquals(got, wanted))
            throw new YamlEditException("this value is written in a way that cannot be changed without touching others (an anchor that others use, or a rare notation)");
        (Text, _values) = (text, wanted);
    }

    private JsonNode? Follow(IReadOnlyList<string> path) => Follow(_values, path);

    private static JsonNode? Follow(JsonNode? node, IReadOnlyList<string> path)
    {
        foreach (var part in path)
            node = node switch
            {
                JsonObject map => map[part],
                JsonArray list when Index(part, list.Count) is { } index => list[index],
                _ => null,
            };
        return node;
    }

    private static void Put(JsonNode root, IReadOnlyList<string> path, JsonNode? value)
    {
        switch (Follow(root, [.. path.Take(path.Count - 1)]))
        {
            case JsonObject map:
                map[path[^1]] = value?.DeepClone();
                break;
            case JsonArray list when Index(path[^1], list.Count) is { } index:
                list[index] = value?.DeepClone();
                break;
            default:
                throw new YamlEditException($"there is no '{string.Join('.', path.Take(path.Count - 1))}' to put '{path[^1]}' into");
        }
    }

    internal static int? Index(string part, int count) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < count ? index : null;
}

/// <summary>An edit was refused; nothing was changed.</summary>
public sealed class YamlEditException(string message) : Exception(message);
