using System.Text.Json;

namespace Reeve.Server.Deployments;

/// <summary>Whether a JSON Schema is one: what is checked by it later must have been sound when it was given. Keywords that nobody here acts on may hold anything.</summary>
internal static class SchemaShape
{
    // deeper nesting than any flow's types have
    private const int Deepest = 64;
    private static readonly string[] Types = ["string", "number", "integer", "boolean", "object", "array", "null"];

    /// <summary>Every fault, each with its place: "properties.n.type: …".</summary>
    internal static List<string> Faults(JsonElement schema)
    {
        List<string> faults = [];
        Check(schema, "", faults, 0);
        return faults;
    }

    private static void Check(JsonElement schema, string at, List<string> faults, int depth)
    {
        // true and false are schemas, too: everything, nothing
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return;
        if (schema.ValueKind != JsonValueKind.Object)
            faults.Add($"{(at.Length == 0 ? "the schema" : at)}: expected an object, got {Kind(schema)}");
        else if (depth > Deepest)
            faults.Add($"{at}: is nested too deeply");
        else
            foreach (var keyword in schema.EnumerateObject())
                CheckKeyword(keyword, at.Length == 0 ? keyword.Name : $"{at}.{keyword.Name}", faults, depth);
    }

    private static void CheckKeyword(JsonProperty keyword, string at, List<string> faults, int depth)
    {
        var value = keyword.Value;
        switch (keyword.Name)
        {
            case "properties" or "$defs" or "definitions" or "patternProperties":
                if (Expect(value, JsonValueKind.Object, "an object", at, faults))
                    foreach (var member in value.EnumerateObject())
                        Check(member.Value, $"{at}.{member.Name}", faults, depth + 1);
                break;
            case "items" when value.ValueKind == JsonValueKind.Array: // the form of older drafts
            case "allOf" or "anyOf" or "oneOf" or "prefixItems":
                if (Expect(value, JsonValueKind.Array, "a list of schemas", at, faults))
                    foreach (var (index, part) in value.EnumerateArray().Index())
                        Check(part, $"{at}[{index}]", faults, depth + 1);
                break;
            case "items" or "additionalProperties" or "not":
                Check(value, at, faults, depth + 1);
                break;
            case "type":
                CheckType(value, at, faults);
                break;
            case "enum":
                Expect(value, JsonValueKind.Array, "a list", at, faults);
                break;
            case "required":
                // 2.x clients' field schemas say true or false here
                if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
                    break;
                if (Expect(value, JsonValueKind.Array, "a list of names", at, faults) && value.EnumerateArray().Any(n => n.ValueKind != JsonValueKind.String))
                    faults.Add($"{at}: expected a list of names");
                break;
            case "$ref" or "pattern":
                Expect(value, JsonValueKind.String, "a string", at, faults);
                break;
        }
    }

    private static void CheckType(JsonElement value, string at, List<string> faults)
    {
        var names = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        if (names.Find(n => n.ValueKind != JsonValueKind.String || !Types.Contains(n.GetString())) is { ValueKind: not JsonValueKind.Undefined } wrong)
            faults.Add($"{at}: {(wrong.ValueKind == JsonValueKind.String ? $"'{wrong.GetString()}'" : Kind(wrong))} is not valid under any of the given schemas: a type is one of {string.Join(", ", Types)}");
    }

    private static bool Expect(JsonElement value, JsonValueKind kind, string words, string at, List<string> faults)
    {
        if (value.ValueKind == kind)
            return true;
        faults.Add($"{at}: expected {words}, got {Kind(value)}");
        return false;
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        _ => value.GetRawText(),
    };
}
