using System.Text.Json.Nodes;

namespace Reeve.Deployments.Planning;

/// <summary>What becomes of a field in which the file and the server differ.</summary>
public enum FieldOutcome
{
    /// <summary>It becomes what the file says.</summary>
    Change,

    /// <summary>It was changed on the server since the last apply, and the file did not change: it stays.</summary>
    Kept,

    /// <summary>It was changed on both sides.</summary>
    Conflict,
}

/// <summary>A field in which the file and the server differ. A value that is null as a whole stands for nothing at all.</summary>
/// <param name="Path">Where it is: "parameters.count".</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Last">What was last applied.</param>
/// <param name="Live">What the server has.</param>
/// <param name="Wanted">What the file says.</param>
/// <param name="IsPending">Whether what the file says is only known after the build.</param>
public sealed record FieldChange(string Path, FieldOutcome Outcome, JsonNode? Last, JsonNode? Live, JsonNode? Wanted, bool IsPending);

/// <summary>Which side wins where the rules alone would keep or refuse.</summary>
[Flags]
public enum MergeForce
{
    None = 0,

    /// <summary>The file wins conflicts.</summary>
    Overwrite = 1,

    /// <summary>The file also takes back what was changed on the server.</summary>
    Reset = 2,
}

/// <summary>
/// Merges what a file wants into what the server has, knowing what the file last applied: the table stands in docs/decisions/0008. Objects are merged
/// key by key, everything else is one value.
/// </summary>
internal sealed class ThreeWayMerge(Func<JsonNode?, bool> isPending, IReadOnlySet<string> unsaid, MergeForce force)
{
    private readonly List<FieldChange> _changes = [];

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<FieldChange> Changes => _changes;

    /// <param name="last">What was last applied; null: nothing ever was, so the file decides what it says.</param>
    /// <param name="live">What the server has.</param>
    /// <param name="wanted">What the file says.</param>
    public JsonObject Merge(JsonObject? last, JsonObject live, JsonObject wanted)
    {
        var merged = new JsonObject();
        foreach (var key in wanted.Select(entry => entry.Key).Union(live.Select(entry => entry.Key)))
        {
            var value = Merge(key, Field.Of(last, key), Field.Of(live, key), Field.Of(wanted, key), isFirst: last is null, isSaid: !unsaid.Contains(key));
            if (value.IsGiven)
                merged[key] = value.Node?.DeepClone();
        }
        return merged;
    }

    private Field Merge(string path, Field last, Field live, Field wanted, bool isFirst, bool isSaid)
    {
        // below the top, a thing that one side lacks as a whole comes or goes as a whole
        if (IsMap(path, last, live, wanted) && (!path.AsSpan().ContainsAny('.', '[') || (live.IsGiven && wanted.IsGiven)))
            return Inside(path, last, live, wanted, isFirst, isSaid);
        var pending = wanted.IsGiven && isPending(wanted.Node);
        if (!pending && wanted.Is(live))
            return live;
        var outcome = isFirst ? isSaid && wanted.IsGiven ? FieldOutcome.Change : FieldOutcome.Kept
            : live.Is(last) || (IsEntry(path) && !wanted.IsGiven && last.IsGiven) ? FieldOutcome.Change
            : !pending && wanted.Is(last) ? FieldOutcome.Kept
            : FieldOutcome.Conflict;
        if ((outcome is FieldOutcome.Conflict && force.HasFlag(MergeForce.Overwrite)) || (outcome is not FieldOutcome.Change && force.HasFlag(MergeForce.Reset)))
            outcome = FieldOutcome.Change;
        _changes.Add(new FieldChange(path, outcome, last.Node, live.Node, wanted.Node, pending));
        return outcome is FieldOutcome.Change ? wanted : live;
    }

    private Field Inside(string path, Field last, Field live, Field wanted, bool isFirst, bool isSaid)
    {
        var merged = new JsonObject();
        foreach (var key in wanted.Keys.Union(live.Keys))
        {
            var value = Merge(path is "schedules" or "triggers" ? $"{path}[{key}]" : $"{path}.{key}", last.Inner(key), live.Inner(key), wanted.Inner(key), isFirst, isSaid);
            if (value.IsGiven)
                merged[key] = value.Node?.DeepClone();
        }
        // what was there and is to be there no longer, such as a schedule, goes whole
        return merged.Count == 0 && !wanted.IsGiven ? default : new Field(true, merged);
    }

    // A whole schedule or trigger that the file has dropped goes: what was changed by hand was how it works, not that it is there.
    private static bool IsEntry(string path) => path.EndsWith(']') && !path.Contains("].", StringComparison.Ordinal);

    // A schema is one value: a part of an old one and a part of a new one is none. The same holds for what fires.
    private static bool IsMap(string path, params ReadOnlySpan<Field> sides)
    {
        if (path is "parameter_openapi_schema" || path.EndsWith(".schedule", StringComparison.Ordinal) || path.EndsWith(".definition", StringComparison.Ordinal))
            return false;
        var any = false;
        foreach (var side in sides)
        {
            any |= side.Node is JsonObject;
            if (side.IsGiven && side.Node is not JsonObject)
                return false;
        }
        return any;
    }

    private readonly record struct Field(bool IsGiven, JsonNode? Node)
    {
        public IEnumerable<string> Keys => Node is JsonObject map ? map.Select(entry => entry.Key) : [];

        public static Field Of(JsonObject? map, string key) => map is not null && map.TryGetPropertyValue(key, out var node) ? new(true, node) : default;

        public Field Inner(string key) => Of(Node as JsonObject, key);

        public bool Is(Field other) => IsGiven == other.IsGiven && JsonNode.DeepEquals(Node, other.Node);
    }
}
