using System.Text.Json;

namespace Reeve.Server.Schemas;

/// <summary>Whether a JSON schema is one: its keywords hold what they can hold.</summary>
internal static class SchemaSoundness
{
    private const int Deepest = 200;

    /// <summary>The first thing that no schema may say, and where; null for a sound schema.</summary>
    internal static string? FaultOf(JsonElement schema) => FaultOf(schema, "$", 0);

    private static string? FaultOf(JsonElement schema, string at, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False || depth > Deepest)
            return null;
        if (schema.ValueKind is not JsonValueKind.Object)
            return $"{Shown(schema)} is not of type 'object', 'boolean' (at {at})";
        foreach (var keyword in schema.EnumerateObject())
        {
            if (FaultOf(keyword.Name, keyword.Value, $"{at}.{keyword.Name}", depth + 1) is { } fault)
                return fault;
        }
        return null;
    }

    private static string? FaultOf(string keyword, JsonElement value, string at, int depth) => keyword switch
    {
        "type" when value.ValueKind is JsonValueKind.Array => First(value.EnumerateArray(), (type, _) => IsType(type) ? null : NoType(type, at)),
        "type" => IsType(value) ? null : NoType(value, at),
        "properties" or "patternProperties" or "definitions" or "$defs" or "dependentSchemas" => value.ValueKind is JsonValueKind.Object
            ? First(value.EnumerateObject(), (of, _) => FaultOf(of.Value, $"{at}.{of.Name}", depth))
            : Misfit(value, "object", at),
        "items" when value.ValueKind is JsonValueKind.Array => First(value.EnumerateArray(), (one, index) => FaultOf(one, $"{at}[{index}]", depth)), // how tuples were written
        "items" or "additionalProperties" or "not" or "contains" or "if" or "then" or "else" or "propertyNames" => FaultOf(value, at, depth),
        "anyOf" or "allOf" or "oneOf" or "prefixItems" => value.ValueKind is JsonValueKind.Array
            ? First(value.EnumerateArray(), (one, index) => FaultOf(one, $"{at}[{index}]", depth))
            : Misfit(value, "array", at),
        "required" => value.ValueKind is not JsonValueKind.Array ? Misfit(value, "array", at)
            : First(value.EnumerateArray(), (name, _) => name.ValueKind is JsonValueKind.String ? null : Misfit(name, "string", at)),
        "enum" => value.ValueKind is JsonValueKind.Array ? null : Misfit(value, "array", at),
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => value.ValueKind is JsonValueKind.Number ? null : Misfit(value, "number", at),
        "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties" =>
            value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var count) && count >= 0 && count == decimal.Truncate(count) ? null : Misfit(value, "integer", at),
        "uniqueItems" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : Misfit(value, "boolean", at),
        "$ref" or "pattern" or "format" => value.ValueKind is JsonValueKind.String ? null : Misfit(value, "string", at),
        _ => null,
    };

    private static string? First<T>(IEnumerable<T> parts, Func<T, int, string?> fault) => parts.Select(fault).FirstOrDefault(found => found is not null);

    private static bool IsType(JsonElement type) =>
        type.ValueKind is JsonValueKind.String && type.GetString() is "array" or "boolean" or "integer" or "null" or "number" or "object" or "string";

    private static string NoType(JsonElement type, string at) => $"{Shown(type)} is no type of JSON (at {at})";

    private static string Misfit(JsonElement value, string type, string at) => $"{Shown(value)} is not of type '{type}' (at {at})";

    private static string Shown(JsonElement value) => value.ValueKind is JsonValueKind.String ? $"'{Cut(value.GetString()!)}'" : Cut(value.GetRawText());

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
