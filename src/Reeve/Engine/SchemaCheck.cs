using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reeve.Engine;

/// <summary>What a schema finds wrong with a value.</summary>
/// <param name="Message">Where, what was expected and what was found.</param>
/// <param name="IsBound">True for a value of the right type that is out of its bounds: reading it as the type does not show that.</param>
internal readonly record struct SchemaFault(string Message, bool IsBound);

/// <summary>
/// Holds parameters against the schema that the generator made of them, and names every fault. Members are found as the JSON reader finds them,
/// whatever their case.
/// </summary>
internal sealed class SchemaCheck(JsonElement root)
{
    // Schemas may refer to themselves; parameters are not that deep.
    private const int Deepest = 64;
    private static readonly TimeSpan LongestPattern = TimeSpan.FromMilliseconds(100);

    /// <summary>The faults of one parameter.</summary>
    public List<SchemaFault> Faults(string parameter, JsonElement value)
    {
        var faults = new List<SchemaFault>();
        if (root.TryGetProperty("properties", out var properties) && properties.TryGetProperty(parameter, out var schema))
            Check(value, schema, parameter, faults, 0);
        return faults;
    }

    private void Check(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        if (depth > Deepest)
            return;
        if (schema.TryGetProperty("$ref", out var reference))
            Check(value, Definition(reference.GetString()!), at, faults, depth + 1);
        foreach (var part in Parts(schema, "allOf"))
            Check(value, part, at, faults, depth + 1);
        if (Parts(schema, "anyOf") is { Count: > 0 } either)
        {
            // We only make "this or null".
            if (value.ValueKind != JsonValueKind.Null)
                Check(value, either[0], at, faults, depth + 1);
            return;
        }

        if (Wanted(schema) is { } wanted && !Fits(value, schema))
        {
            Add(at, $"must be {wanted}", value, faults, isBound: false);
            return;
        }

        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => IsEqual(one, value)))
            Add(at, $"must be one of {string.Join(", ", allowed.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString() : one.GetRawText()))}", value, faults);
        switch (value.ValueKind)
        {
            case JsonValueKind.Number: CheckNumber(value, schema, at, faults); break;
            case JsonValueKind.String: CheckText(value, schema, at, faults); break;
            case JsonValueKind.Array: CheckList(value, schema, at, faults, depth); break;
            case JsonValueKind.Object: CheckObject(value, schema, at, faults, depth); break;
        }
    }

    private static void CheckNumber(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults)
    {
        var number = value.GetDouble();
        if (Bound(schema, "minimum") is { } least && number < least)
            Add(at, $"must be at least {Text(least)}", value, faults);
        if (Bound(schema, "maximum") is { } most && number > most)
            Add(at, $"must be at most {Text(most)}", value, faults);
        if (Bound(schema, "exclusiveMinimum") is { } above && number <= above)
            Add(at, $"must be more than {Text(above)}", value, faults);
        if (Bound(schema, "exclusiveMaximum") is { } below && number >= below)
            Add(at, $"must be less than {Text(below)}", value, faults);
    }

    private static void CheckText(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults)
    {
        var text = value.GetString()!;
        if (Bound(schema, "minLength") is { } least && text.Length < least)
            Add(at, $"must have at least {Text(least)} characters", value, faults);
        if (Bound(schema, "maxLength") is { } most && text.Length > most)
            Add(at, $"must have at most {Text(most)} characters", value, faults);
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!, RegexOptions.CultureInvariant, LongestPattern))
            Add(at, $"must match {pattern.GetString()}", value, faults);
    }

    private void CheckList(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        var length = value.GetArrayLength();
        if (Bound(schema, "minItems") is { } least && length < least)
            Add(at, $"must have at least {Text(least)} items", value, faults);
        if (Bound(schema, "maxItems") is { } most && length > most)
            Add(at, $"must have at most {Text(most)} items", value, faults);
        if (!schema.TryGetProperty("items", out var items))
            return;
        for (var i = 0; i < length; i++)
            Check(value[i], items, $"{at}[{i.ToString(CultureInfo.InvariantCulture)}]", faults, depth + 1);
    }

    private void CheckObject(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        var given = value.EnumerateObject().GroupBy(member => member.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.OrdinalIgnoreCase);
        foreach (var name in Parts(schema, "required").Select(name => name.GetString()!).Where(name => !given.ContainsKey(name)))
            faults.Add(new($"'{at}.{name}' is required", false));
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (given.TryGetValue(property.Name, out var member))
                    Check(member, property.Value, $"{at}.{property.Name}", faults, depth + 1);
            }
        }

        if (schema.TryGetProperty("additionalProperties", out var rest) && rest.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                Check(member.Value, rest, $"{at}.{member.Name}", faults, depth + 1);
        }
    }

    private JsonElement Definition(string reference) => root.GetProperty("definitions").GetProperty(reference[(reference.LastIndexOf('/') + 1)..]);

    private static List<JsonElement> Parts(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var parts) && parts.ValueKind == JsonValueKind.Array ? [.. parts.EnumerateArray()] : [];

    private static string? Wanted(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        var format = schema.TryGetProperty("format", out var given) ? given.GetString() : null;
        return (type.GetString(), format) switch
        {
            ("string", "date-time") => "a date and time like 2026-01-31T08:00:00Z",
            ("string", "date") => "a date like 2026-01-31",
            ("string", "time") => "a time like 08:00:00",
            ("string", "duration") => "a duration like PT90S or 00:01:30",
            ("string", "uuid") => "a UUID",
            ("string", "uri") => "an address",
            ("string", _) => "text",
            ("integer", _) => "a whole number",
            ("number", _) => "a number",
            ("boolean", _) => "true or false",
            ("array", _) => "a list",
            ("object", _) => "an object",
            _ => null,
        };
    }

    private static bool Fits(JsonElement value, JsonElement schema)
    {
        var format = schema.TryGetProperty("format", out var given) ? given.GetString() : null;
        return (schema.GetProperty("type").GetString(), value.ValueKind) switch
        {
            ("string", JsonValueKind.String) => format switch
            {
                "date-time" => value.TryGetDateTimeOffset(out _),
                "date" => DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
                "uuid" => value.TryGetGuid(out _),
                _ => true,
            },
            ("string", JsonValueKind.Number) => format == "duration" || schema.TryGetProperty("enum", out _),
            ("integer", JsonValueKind.Number) => value.TryGetInt64(out _) || double.IsInteger(value.GetDouble()),
            ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) or ("array", JsonValueKind.Array) or ("object", JsonValueKind.Object) => true,
            _ => false,
        };
    }

    // Enums are read whatever their case, and by their numbers.
    private static bool IsEqual(JsonElement allowed, JsonElement value) =>
        allowed.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.String
            ? string.Equals(allowed.GetString(), value.GetString(), StringComparison.OrdinalIgnoreCase)
            : (allowed.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.Number) || JsonElement.DeepEquals(allowed, value);

    private static void Add(string at, string message, JsonElement value, List<SchemaFault> faults, bool isBound = true) => faults.Add(new($"'{at}' {message}, not {ParameterJson.Quote(value)}", isBound));

    private static double? Bound(JsonElement schema, string name) => schema.TryGetProperty(name, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound.GetDouble() : null;

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
