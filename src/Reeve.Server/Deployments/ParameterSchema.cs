using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reeve.Server.Deployments;

/// <summary>
/// Checks a run's parameters against the JSON Schema of its flow and names every fault. It knows what flows' schemas use: types, objects, lists, enum and const,
/// bounds, patterns, anyOf/oneOf/allOf and local references; other keywords are annotations. The schema itself has to be sound: <see cref="SchemaShape"/>. Values that
/// may hold secrets are not shown, only their kind.
/// </summary>
internal sealed class ParameterSchema(JsonElement root, bool hidesValues = false)
{
    // schemas may refer to themselves; parameters are not that deep
    private const int Deepest = 64;
    private static readonly TimeSpan LongestPattern = TimeSpan.FromMilliseconds(100);

    /// <summary>Values are only a part of the whole: others come later.</summary>
    internal bool IsPartial { get; init; }

    /// <summary>Nothing may be given for whatever is not required, even where it has a standard value: schemas of old clients do not say that they take nothing.</summary>
    internal bool TakesNothing { get; init; }

    /// <summary>What is wrong with a schema, or else with parameters by it, in words.</summary>
    internal static List<string> Faults(JsonElement schema, JsonElement parameters, bool isPartial) => SchemaShape.Faults(schema) is { Count: > 0 } shape
        ? shape
        : new ParameterSchema(schema) { IsPartial = isPartial }.Faults(parameters).ConvertAll(fault => fault.ToString());

    internal List<SchemaFault> Faults(JsonElement parameters)
    {
        List<SchemaFault> faults = [];
        Check(parameters, root, "", faults, 0);
        return faults;
    }

    private void Check(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > Deepest)
            return;
        if (schema.TryGetProperty("$ref", out var reference))
        {
            // what lies elsewhere is never fetched: an address in a schema must not make the server call it
            if (Resolve(reference) is { } target)
                Check(value, target, at, faults, depth + 1);
            else
                faults.Add(new(at, $"Unresolvable: {reference}"));
        }
        CheckAlternatives(value, schema, at, faults, depth);
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => IsOf(value, t)))
        {
            faults.Add(new(at, $"{Show(value)} is not of type {string.Join(", ", Types(type).Select(t => $"'{t}'"))}"));
            return;
        }
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(a => JsonElement.DeepEquals(a, value)))
            faults.Add(new(at, $"{Show(value)} is not one of [{string.Join(", ", allowed.EnumerateArray().Select(a => PythonText.Of(a)))}]"));
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
            faults.Add(new(at, $"{PythonText.Of(only)} was expected"));
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(value, schema, at, faults, depth);
                break;
            case JsonValueKind.Array:
                CheckList(value, schema, at, faults, depth);
                break;
            case JsonValueKind.Number:
                CheckNumber(value.GetDouble(), schema, at, faults);
                break;
            case JsonValueKind.String:
                CheckText(value, schema, at, faults);
                break;
        }
    }

    private void CheckAlternatives(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        if (schema.TryGetProperty("allOf", out var all))
            foreach (var part in all.EnumerateArray())
                Check(value, part, at, faults, depth + 1);
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (!schema.TryGetProperty(keyword, out var alternatives))
                continue;
            List<List<SchemaFault>> tried = [];
            foreach (var part in alternatives.EnumerateArray())
            {
                List<SchemaFault> inner = [];
                Check(value, part, at, inner, depth + 1);
                tried.Add(inner);
            }
            var matches = tried.Count(t => t.Count == 0);
            if (matches == 0)
                faults.Add(new(at, $"{Show(value)} is not valid under any of the given schemas ({string.Join(", or ", tried.Select(t => string.Join("; ", t.Select(f => f.Message))).Distinct())})"));
            else if (matches > 1 && keyword == "oneOf")
                faults.Add(new(at, $"{Show(value)} is valid under each of several of the given schemas"));
        }
    }

    private void CheckObject(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        HashSet<string> required = [.. schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array ? names.EnumerateArray().Select(n => n.GetString()!) : []];
        if (!IsPartial)
            foreach (var name in required.Where(n => !value.TryGetProperty(n, out _)))
                faults.Add(new(at, $"'{name}' is a required property", name));
        var known = schema.TryGetProperty("properties", out var properties);
        var hasRest = schema.TryGetProperty("additionalProperties", out var rest);
        foreach (var member in value.EnumerateObject())
        {
            var place = at.Length == 0 ? member.Name : $"{at}.{member.Name}";
            if (known && properties.TryGetProperty(member.Name, out var property))
            {
                // an optional parameter may be given as "nothing"
                if (member.Value.ValueKind != JsonValueKind.Null || required.Contains(member.Name) || (HasDefault(property) && !TakesNothing))
                    Check(member.Value, property, place, faults, depth + 1);
            }
            else if (hasRest && rest.ValueKind == JsonValueKind.False)
            {
                faults.Add(new(at, $"Additional properties are not allowed ('{member.Name}' was unexpected)", member.Name));
            }
            else if (hasRest)
            {
                Check(member.Value, rest, place, faults, depth + 1);
            }
        }
    }

    private void CheckList(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults, int depth)
    {
        var length = value.GetArrayLength();
        if (Bound(schema, "minItems") is { } least && length < least)
            faults.Add(new(at, $"{Show(value)} is too short: at least {Text(least)} items are needed"));
        if (Bound(schema, "maxItems") is { } most && length > most)
            faults.Add(new(at, $"{Show(value)} is too long: at most {Text(most)} items are allowed"));
        var leading = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.EnumerateArray().ToList() : [];
        var hasItems = schema.TryGetProperty("items", out var items);
        for (var i = 0; i < length; i++)
        {
            if (i < leading.Count)
                Check(value[i], leading[i], $"{at}[{Text(i)}]", faults, depth + 1);
            else if (hasItems)
                Check(value[i], items, $"{at}[{Text(i)}]", faults, depth + 1);
        }
        if (schema.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True
            && value.EnumerateArray().Index().Any(a => value.EnumerateArray().Take(a.Index).Any(b => JsonElement.DeepEquals(a.Item, b))))
            faults.Add(new(at, $"{Show(value)} has non-unique elements"));
    }

    private void CheckNumber(double number, JsonElement schema, string at, List<SchemaFault> faults)
    {
        if (Bound(schema, "minimum") is { } least && number < least)
            faults.Add(new(at, $"{Text(number)} is less than the minimum of {Text(least)}"));
        if (Bound(schema, "maximum") is { } most && number > most)
            faults.Add(new(at, $"{Text(number)} is greater than the maximum of {Text(most)}"));
        if (Bound(schema, "exclusiveMinimum") is { } above && number <= above)
            faults.Add(new(at, $"{Text(number)} is less than or equal to the minimum of {Text(above)}"));
        if (Bound(schema, "exclusiveMaximum") is { } below && number >= below)
            faults.Add(new(at, $"{Text(number)} is greater than or equal to the maximum of {Text(below)}"));
    }

    private void CheckText(JsonElement value, JsonElement schema, string at, List<SchemaFault> faults)
    {
        var text = value.GetString()!;
        if (Bound(schema, "minLength") is { } least && text.Length < least)
            faults.Add(new(at, $"{Show(value)} is too short: at least {Text(least)} characters are needed"));
        if (Bound(schema, "maxLength") is { } most && text.Length > most)
            faults.Add(new(at, $"{Show(value)} is too long: at most {Text(most)} characters are allowed"));
        if (schema.TryGetProperty("pattern", out var pattern) && !Matches(text, pattern.GetString()!))
            faults.Add(new(at, $"{Show(value)} does not match '{pattern.GetString()}'"));
    }

    // a pattern that is broken or takes too long cannot be held against the value
    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, LongestPattern);
        }
        catch (Exception fault) when (fault is ArgumentException or RegexMatchTimeoutException)
        {
            return true;
        }
    }

    private JsonElement? Resolve(JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String)
            return null;
        if (reference.GetString() is "#")
            return root;
        if (reference.GetString() is not ['#', '/', .. var path])
            return null;
        var found = root;
        foreach (var step in path.Split('/'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out found))
                return null;
        }
        return found;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool IsOf(JsonElement value, string type) => (type, value.ValueKind) switch
    {
        ("string", JsonValueKind.String) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("null", JsonValueKind.Null)
            or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _) || double.IsInteger(value.GetDouble()),
        ("string" or "object" or "array" or "null" or "number" or "boolean" or "integer", _) => false,
        _ => true,
    };

    private static bool HasDefault(JsonElement property) => property.TryGetProperty("default", out var standard) && standard.ValueKind != JsonValueKind.Null;

    private static double? Bound(JsonElement schema, string name) => schema.TryGetProperty(name, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound.GetDouble() : null;

    private string Show(JsonElement value) => hidesValues
        ? value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a string",
            _ => PythonText.Of(value),
        }
        : PythonText.Of(value);

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
