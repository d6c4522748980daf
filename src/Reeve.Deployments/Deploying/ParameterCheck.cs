using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Deploying;

/// <summary>Holds a deployment's parameters against the flow's JSON Schema and says what is wrong with each, where it stands. A block's fields are held against their schema the same way.</summary>
internal sealed class ParameterCheck(JsonElement schema, FaultCollector faults, string noun = "parameter", string owner = "the flow")
{
    /// <param name="required">Whether a parameter without a default must be given: true for a deployment whose schedule starts runs by itself.</param>
    public void Check(MapNode? parameters, SourcePosition otherwise, bool required)
    {
        if (!schema.TryGetProperty("properties", out var properties))
            return;
        string[] names = [.. properties.EnumerateObject().Select(property => property.Name)];
        foreach (var entry in parameters?.Entries ?? [])
        {
            var name = entry.Key.Text;
            if (properties.TryGetProperty(name, out var expected))
                CheckValue($"{noun} '{name}'", entry.Value, expected);
            else if (!AllowsOthers(schema))
                faults.Add(entry.Key.Position, $"{owner} has no {noun} '{name}'", names.Length == 0 ? "it has none at all" : NearestName.Hint(name, names));
        }
        if (!required || !schema.TryGetProperty("required", out var needed))
            return;
        foreach (var name in needed.EnumerateArray().Select(item => item.GetString()!).Where(name => parameters?[name] is null))
            faults.Add(parameters?.Position ?? otherwise, $"the parameter '{name}' is missing: it has no default, and a schedule starts runs of this deployment");
    }

    // A run's schema closes itself only by saying so; the parameters of a method are closed by nature.
    private static bool AllowsOthers(JsonElement schema) => schema.TryGetProperty("additionalProperties", out var other) && other.ValueKind is not JsonValueKind.False;

    private void CheckValue(string what, DocumentNode value, JsonElement expected)
    {
        if (MapReader.IsPlaceholder(value))
            return;
        if (Mistake(value, expected) is { } mistake)
            faults.Add(mistake.Value.Position, $"{what}{mistake.Path} should be {mistake.Expected}, and this is {mistake.Value.Description}");
    }

    /// <summary>The first mismatch, or null.</summary>
    private Mismatch? Mistake(DocumentNode value, JsonElement expected, string path = "")
    {
        expected = Resolve(expected);
        if (expected.ValueKind is not JsonValueKind.Object)
            return null;
        foreach (var key in (ReadOnlySpan<string>)["anyOf", "oneOf"])
            if (expected.TryGetProperty(key, out var alternatives))
                return AnyOf(value, alternatives, path);
        if (expected.TryGetProperty("allOf", out var all) && all.EnumerateArray().Select(each => Mistake(value, each, path)).FirstOrDefault(each => each is not null) is { } first)
            return first;
        if (expected.TryGetProperty("type", out var type) && !Types(type).Any(each => IsOfType(value, each)))
            return new Mismatch(value, path, Described(type));
        if (expected.TryGetProperty("enum", out var choices) && !choices.EnumerateArray().Any(choice => IsSame(value, choice)))
            return new Mismatch(value, path, "one of " + string.Join(", ", choices.EnumerateArray().Select(choice => choice.ToString())));
        return value switch
        {
            MapNode map => Inside(map, expected, path),
            ListNode list when expected.TryGetProperty("items", out var items) => list.Items
                .Select((item, index) => Mistake(item, items, $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]")).FirstOrDefault(each => each is not null),
            ScalarNode scalar => Bounds(scalar, expected, path),
            _ => null,
        };
    }

    private Mismatch? AnyOf(DocumentNode value, JsonElement alternatives, string path)
    {
        List<Mismatch> mistakes = [];
        foreach (var alternative in alternatives.EnumerateArray())
        {
            if (Mistake(value, alternative, path) is not { } mistake)
                return null;
            mistakes.Add(mistake);
        }
        return mistakes.Count == 0 ? null : new Mismatch(value, path, string.Join(" or ", mistakes.Select(each => each.Expected).Distinct()));
    }

    private Mismatch? Inside(MapNode map, JsonElement expected, string path)
    {
        var known = expected.TryGetProperty("properties", out var properties);
        foreach (var entry in map.Entries)
        {
            if (known && properties.TryGetProperty(entry.Key.Text, out var inner))
            {
                if (Mistake(entry.Value, inner, $"{path}.{entry.Key.Text}") is { } mistake)
                    return mistake;
            }
            else if (expected.TryGetProperty("additionalProperties", out var others))
            {
                if (others.ValueKind is JsonValueKind.False)
                    return new Mismatch(entry.Key, path, "one of " + string.Join(", ", properties.EnumerateObject().Select(each => each.Name)));
                if (Mistake(entry.Value, others, $"{path}.{entry.Key.Text}") is { } mistake)
                    return mistake;
            }
        }
        if (expected.TryGetProperty("required", out var required)
            && required.EnumerateArray().Select(item => item.GetString()!).FirstOrDefault(name => map[name] is null) is { } missing)
            return new Mismatch(map, path, $"a mapping with '{missing}'");
        return null;
    }

    private static Mismatch? Bounds(ScalarNode scalar, JsonElement expected, string path)
    {
        if (scalar.Value is not JsonValue value || !IsNumber(value) || !double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return null;
        if (expected.TryGetProperty("minimum", out var least) && number < least.GetDouble())
            return new Mismatch(scalar, path, $"at least {least}");
        return expected.TryGetProperty("maximum", out var most) && number > most.GetDouble() ? new Mismatch(scalar, path, $"at most {most}") : null;
    }

    private JsonElement Resolve(JsonElement expected)
    {
        for (var hops = 0; hops < 16 && expected.ValueKind is JsonValueKind.Object && expected.TryGetProperty("$ref", out var reference); hops++)
        {
            var found = schema;
            foreach (var segment in reference.GetString()!.Split('/').Skip(1))
                if (!found.TryGetProperty(segment, out found))
                    return default;
            expected = found;
        }
        return expected;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind is JsonValueKind.Array ? type.EnumerateArray().Select(each => each.GetString()!) : [type.GetString()!];

    private static bool IsOfType(DocumentNode node, string type) => (type, node) switch
    {
        ("object", MapNode) or ("array", ListNode) => true,
        ("null", ScalarNode { IsNull: true }) => true,
        ("string", ScalarNode { IsText: true }) => true,
        ("boolean", ScalarNode { Value: JsonValue value }) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        ("number", ScalarNode { Value: JsonValue value }) => IsNumber(value),
        ("integer", ScalarNode { Value: JsonValue value }) => IsNumber(value) && double.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number) && double.IsInteger(number),
        _ => false,
    };

    private static bool IsNumber(JsonValue value) => value.GetValueKind() is JsonValueKind.Number;

    private static bool IsSame(DocumentNode node, JsonElement choice) => JsonNode.DeepEquals(node.ToJson(), JsonNode.Parse(choice.GetRawText()));

    private static string Described(JsonElement type) => string.Join(" or ", Types(type).Select(each => each switch
    {
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a mapping",
        _ => "nothing",
    }));

    private sealed record Mismatch(DocumentNode Value, string Path, string Expected);
}
