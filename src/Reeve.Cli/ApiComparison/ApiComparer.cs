namespace Reeve.Cli.ApiComparison;

/// <summary>
/// Holds this program's operations against those of another document. Reeve may take more than is asked for and answer more than is expected; only what a client of the
/// other server could miss is a difference.
/// </summary>
internal sealed class ApiComparer
{
    private readonly List<ApiDifference> _differences = [];
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);
    private string _operation = "";

    public static List<ComparedOperation> Compare(IReadOnlyList<ApiOperation> ours, IReadOnlyList<ApiOperation> theirs)
    {
        var byKey = ours.ToLookup(o => o.Key, StringComparer.Ordinal);
        return [.. theirs.OrderBy(o => o.Path, StringComparer.Ordinal).ThenBy(o => o.Method, StringComparer.Ordinal).Select(other => Compare(byKey[other.Key].FirstOrDefault(), other))];
    }

    private static ComparedOperation Compare(ApiOperation? mine, ApiOperation other)
    {
        var operation = $"{other.Method} {other.Path}";
        if (mine is null)
            return new(operation, "missing", [new(operation, "", "not served", KnownDifferences.ReasonOf(operation, "", "not served"))]);
        var comparer = new ApiComparer { _operation = operation };
        comparer.Parameters(mine, other);
        comparer.Bodies(mine, other);
        comparer.Answers(mine, other);
        return new(operation, comparer._differences.Count == 0 ? "same" : "different", comparer._differences);
    }

    private void Parameters(ApiOperation mine, ApiOperation other)
    {
        foreach (var name in other.Parameters.Keys)
        {
            if (mine.Parameters.ContainsKey(name))
                Kinds(mine.SchemaOfParameter(name), other.SchemaOfParameter(name), $"parameter {name}", isRequest: true);
            else
                Tell($"parameter {name}", "not read");
        }
        foreach (var name in mine.Parameters.Keys.Where(name => IsRequired(mine, name) && !IsRequired(other, name)))
            Tell($"parameter {name}", "required here only");
    }

    private void Bodies(ApiOperation mine, ApiOperation other)
    {
        if (other.Body is null)
        {
            if (mine.BodyIsRequired)
                Tell("body", "required here only");
            return;
        }
        if (mine.Body is null)
        {
            Tell("body", "not read");
            return;
        }
        if (mine.BodyIsRequired && !other.BodyIsRequired)
            Tell("body", "required here only");
        Schemas(mine.Body, other.Body, "body", isRequest: true);
    }

    private void Answers(ApiOperation mine, ApiOperation other)
    {
        foreach (var (status, expected) in other.Answers)
        {
            if (!mine.Answers.TryGetValue(status, out var given))
                Tell($"answer {status}", $"not given ({(mine.Answers.Count == 0 ? "none is" : "given: " + string.Join(", ", mine.Answers.Keys))})");
            else if (given is null && expected is { IsAny: false })
                Tell($"answer {status}", "has no body here");
            else if (given is not null && expected is not null)
                Schemas(given, expected, $"answer {status}", isRequest: false);
        }
    }

    private void Schemas(ApiSchema mine, ApiSchema other, string place, bool isRequest)
    {
        if (mine.IsAny || other.IsAny || !Kinds(mine, other, place, isRequest))
            return;
        // a type that holds itself, or that stands in many places, is compared once
        var pair = $"{mine.Key}|{other.Key}|{isRequest}";
        if (mine.Key.Length > 0 && other.Key.Length > 0 && !_compared.Add(pair))
            return;
        if (other.Items.Count > 0 && mine.Items.Count > 0)
            Schemas(mine.Item(), other.Item(), place + "[]", isRequest);
        // a free map takes every name
        if (mine.Properties.Count == 0 && mine.Kinds.Contains("object"))
            return;
        foreach (var name in other.Properties.Keys)
        {
            if (mine.Properties.ContainsKey(name))
                Schemas(mine.Property(name), other.Property(name), $"{place}.{name}", isRequest);
            else
                Tell($"{place}.{name}", isRequest ? "not read" : "not given");
        }
        foreach (var name in mine.Properties.Keys.Where(name => isRequest && mine.IsRequired(name) && !other.IsRequired(name)))
            Tell($"{place}.{name}", "required here only");
    }

    private bool Kinds(ApiSchema mine, ApiSchema other, string place, bool isRequest)
    {
        if (mine.IsAny || other.IsAny)
            return true;
        bool Takes(HashSet<string> set, string kind) => set.Contains(kind) || (kind == "integer" && set.Contains("number"));
        var lacking = isRequest ? other.Kinds.Where(kind => !Takes(mine.Kinds, kind)) : mine.Kinds.Where(kind => !Takes(other.Kinds, kind));
        if (lacking.ToList() is { Count: > 0 } kinds)
        {
            Tell(place, $"{string.Join('|', other.Kinds.Order(StringComparer.Ordinal))} there, {string.Join('|', mine.Kinds.Order(StringComparer.Ordinal))} here");
            return kinds.Count < (isRequest ? other : mine).Kinds.Count;
        }
        var values = mine.Values.Count == 0 || !isRequest ? [] : other.Values.Except(mine.Values, StringComparer.Ordinal).ToList();
        if (values.Count > 0)
            Tell(place, $"does not know {string.Join(", ", values)}");
        return true;
    }

    private static bool IsRequired(ApiOperation operation, string name) =>
        operation.Parameters.TryGetValue(name, out var parameter) && parameter.TryGetProperty("required", out var required) && required.GetBoolean();

    private void Tell(string place, string what) => _differences.Add(new(_operation, place, what, KnownDifferences.ReasonOf(_operation, place, what)));
}
