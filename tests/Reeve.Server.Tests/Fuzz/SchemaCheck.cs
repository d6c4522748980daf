using System.Text.Json;

namespace Reeve.Server.Tests.Fuzz;

/// <summary>Whether a value is what a schema of the served document says; the faults, with their places.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private readonly JsonElement schemas = document.GetProperty("components").GetProperty("schemas");

    internal List<string> Faults(JsonElement value, JsonElement schema)
    {
        List<string> faults = [];
        Check(value, schema, "$", faults);
        return faults;
    }

    internal JsonElement Resolved(JsonElement schema) => schema.TryGetProperty("$ref", out var reference) ? schemas.GetProperty(reference.GetString()!.Split('/')[^1]) : schema;

    private void Check(JsonElement value, JsonElement schema, string place, List<string> faults)
    {
        schema = Resolved(schema);
        if (Alternatives(schema) is { } alternatives)
        {
            if (!alternatives.EnumerateArray().Any(alternative => Faults(value, alternative).Count == 0))
                faults.Add($"{place}: none of the alternatives fits {Short(value)}: {string.Join("; ", alternatives.EnumerateArray().SelectMany(a => Faults(value, a)).Take(3))}");
            return;
        }
        if (schema.TryGetProperty("type", out var type) && !Fits(value, type.GetString()!))
        {
            faults.Add($"{place}: {type.GetString()} expected, {Short(value)} given");
            return;
        }
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(known => known.GetString() == value.GetString()))
            faults.Add($"{place}: {Short(value)} is not of the enumeration");
        if (schema.TryGetProperty("format", out var format) && value.ValueKind == JsonValueKind.String && !IsOf(value, format.GetString()!))
            faults.Add($"{place}: {Short(value)} is no {format.GetString()}");
        if (schema.TryGetProperty("items", out var items) && value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray())
                Check(item, items, place + "[]", faults);
        CheckObject(value, schema, place, faults);
    }

    /// <summary>The schemas of which a value fits one.</summary>
    internal static JsonElement? Alternatives(JsonElement schema) =>
        schema.TryGetProperty("anyOf", out var any) ? any : schema.TryGetProperty("oneOf", out var one) ? one : null;

    private void CheckObject(JsonElement value, JsonElement schema, string place, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return;
        if (schema.TryGetProperty("required", out var required))
            faults.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{place}.{name} is missing"));
        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var member in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(member.Name, out var inner))
                Check(member.Value, inner, $"{place}.{member.Name}", faults);
            else if (schema.TryGetProperty("additionalProperties", out var named))
                Check(member.Value, named, $"{place}.{member.Name}", faults);
            else if (known)
                faults.Add($"{place}.{member.Name} is not described");
        }
    }

    private static bool Fits(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private static bool IsOf(JsonElement value, string format) => format switch
    {
        "uuid" => value.TryGetGuid(out _),
        "date-time" => value.TryGetDateTimeOffset(out _),
        _ => true,
    };

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 80 } text ? text[..80] + "…" : value.GetRawText();
}
