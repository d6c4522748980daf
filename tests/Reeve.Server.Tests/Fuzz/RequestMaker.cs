using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Server.Tests.Fuzz;

/// <summary>
/// Makes values by schema: fitting ones, and ones with something odd put in somewhere. The same seed makes the same requests, as far as the server's ids are
/// left aside: those that it has answered are used again.
/// </summary>
internal sealed class RequestMaker(SchemaCheck schemas, Random random)
{
    private static readonly string[] Words = ["alpha", "beta", "default-agent-pool", "default", "process", "x", "Ünïcode ✓", "a-b_c.d"];

    /// <summary>Raw JSON that no field wants, or that only looks right.</summary>
    private static readonly string[] Odd =
    [
        "null", "true", "0", "-1", "1.5", "\"\"", "[]", "{}", "\"text\"", "[null]", "[[]]", "{\"a\":1}",
        "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400", "1e-400", "\"NaN\"", "\"Infinity\"", "123456789012345678901234567890",
        "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"%\"", "\"'; drop table flow; --\"", "\"../../etc/passwd\"", "\"{{ 1 }}\"",
        "\"not-an-id\"", "\"00000000-0000-0000-0000-000000000000\"", "[\"00000000-0000-0000-0000-00000000000g\"]",
        "\"0000-00-00\"", "\"9999-12-31T23:59:59.999999Z\"", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"2026-02-30T00:00:00Z\"", "\"9999-12-31T23:59:59-14:00\"",
        "{\"cron\":\"0 0 31 2 *\"}", "{\"cron\":\"nonsense\"}", "{\"cron\":\"* * * * *\",\"timezone\":\"Mars/Phobos\"}", "{\"interval\":0}", "{\"interval\":1e300}", "{\"interval\":-5}",
        "{\"interval\":60,\"anchor_date\":\"0001-01-01T00:00:00Z\"}", "{\"rrule\":\"FREQ=NEVER\"}", "{\"rrule\":\"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\"}", "{\"rrule\":\"FREQ=SECONDLY;COUNT=1;INTERVAL=2147483648\"}",
        "{\"type\":\"COMPLETED\"}", "{\"type\":\"NONE\"}", "{\"any_\":[]}", "{\"any_\":null}", "{\"before_\":\"soon\"}", "{\"like_\":\"%_\\\\\"}", "{\"$ref\":{\"block_document_id\":5}}",
    ];

    private static readonly string Deep = new string('[', 1000) + new string(']', 1000);
    private static readonly string DeepObject = string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000);
    private static readonly string Long = $"\"{new string('x', 100_000)}\"";

    private readonly Dictionary<string, List<string>> ids = new(StringComparer.Ordinal);
    private readonly List<string> names = [.. Words];

    /// <summary>Keeps the ids and names of an answer for later requests.</summary>
    internal void Learn(JsonElement answer, string noun)
    {
        if (answer.ValueKind != JsonValueKind.Object)
            return;
        if (answer.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
            (ids.TryGetValue(noun, out var known) ? known : ids[noun] = []).Add(id.GetString()!);
        if (answer.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 and < 60 } text)
            names.Add(text);
    }

    internal string Path(FuzzedOperation operation, bool odd)
    {
        var path = new StringBuilder(operation.Path);
        foreach (var parameter in operation.Parameters.Where(p => p.In == "path"))
            path.Replace($"{{{parameter.Name}}}", Uri.EscapeDataString(odd && random.Next(2) == 0 ? OddText().Replace("\0", "", StringComparison.Ordinal) : PathValue(operation, parameter))); // no server takes a null there
        var query = operation.Parameters.Where(p => p.In == "query" && (p.Required || random.Next(3) == 0))
            .Select(p => $"{p.Name}={Uri.EscapeDataString(odd && random.Next(2) == 0 ? OddText() : Text(Make(p.Schema, 2, p.Name)))}");
        return string.Join('?', (string[])[path.ToString(), .. string.Join('&', query) is { Length: > 0 } text ? [text] : Array.Empty<string>()]);
    }

    internal string Body(JsonElement schema, bool odd)
    {
        var body = Make(schema, 4, "");
        if (!odd)
            return body?.ToJsonString() ?? "null";
        for (var times = random.Next(1, 4); times > 0; times--)
            body = Spoil(body, 0);
        return Filled(body?.ToJsonString() ?? "null");
    }

    /// <summary>No JSON, or none that a text can hold.</summary>
    internal byte[] Broken(string body) => random.Next(8) switch
    {
        0 => Encoding.UTF8.GetBytes(body[..random.Next(body.Length)]),
        1 => [.. "{\"name\":\""u8, 0xff, 0xfe, 0xc0, .. "\"}"u8],
        2 => Encoding.UTF8.GetBytes(Deep),
        3 => Encoding.UTF8.GetBytes(DeepObject),
        4 => "NaN"u8.ToArray(),
        5 => Encoding.Unicode.GetBytes(body),
        6 => Encoding.UTF8.GetBytes(body + body),
        _ => Encoding.UTF8.GetBytes(Filled("\"__odd__\"")),
    };

    private JsonNode? Make(JsonElement schema, int depth, string name)
    {
        schema = schemas.Resolved(schema);
        if (SchemaCheck.Alternatives(schema) is { } alternatives)
            return Make(alternatives[random.Next(alternatives.GetArrayLength())], depth, name);
        if (schema.TryGetProperty("enum", out var values))
            return values[random.Next(values.GetArrayLength())].GetString();
        if (!schema.TryGetProperty("type", out var type))
            return Free(name);
        return type.GetString() switch
        {
            "null" => null,
            "boolean" => random.Next(2) == 0,
            "integer" => random.Next(0, 60),
            "number" => Math.Round(random.NextDouble() * 1000, 3),
            "array" => depth <= 0 ? new JsonArray() : new JsonArray([.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => Make(schema.GetProperty("items"), depth - 1, name))]),
            "object" => Object(schema, depth),
            _ => String(schema, name),
        };
    }

    private JsonObject Object(JsonElement schema, int depth)
    {
        var made = new JsonObject();
        var required = schema.TryGetProperty("required", out var list) ? list.EnumerateArray().Select(n => n.GetString()!).ToHashSet(StringComparer.Ordinal) : [];
        if (schema.TryGetProperty("properties", out var properties))
            foreach (var property in properties.EnumerateObject().Where(p => required.Contains(p.Name) || (depth > 0 && random.Next(3) == 0)))
                made[property.Name] = Make(property.Value, depth - 1, property.Name);
        if (random.Next(10) == 0)
            made["field_of_the_future"] = random.Next();
        return made;
    }

    private JsonNode? String(JsonElement schema, string name)
    {
        var format = schema.TryGetProperty("format", out var given) ? given.GetString() : null;
        return format switch
        {
            "uuid" => AnyId(name),
            "date-time" => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(0, 1_000_000)).ToString("O", CultureInfo.InvariantCulture),
            _ => name switch
            {
                "timezone" => "Europe/Berlin",
                "cron" => "0 9 * * *",
                "rrule" => "FREQ=DAILY",
                "sort" => null,
                "color" => "#00ff00",
                _ => names[random.Next(names.Count)],
            },
        };
    }

    private JsonNode? Free(string name) => name is "schedule" ? JsonNode.Parse("""{"cron":"0 9 * * *","timezone":"UTC"}""")
        : name is "fields" or "parameter_openapi_schema" or "base_job_template" ? JsonNode.Parse("""{"title":"t","type":"object","properties":{"p0":{"type":"string"}}}""".Replace("p0", $"p{random.Next(1000)}", StringComparison.Ordinal))
        : random.Next(4) switch { 0 => null, 1 => random.Next(), 2 => "free", _ => new JsonObject { ["k"] = new JsonArray(1, "two", null) } };

    private string PathValue(FuzzedOperation operation, FuzzedParameter parameter) =>
        parameter.Schema.TryGetProperty("format", out _) ? AnyId(parameter.Name == "id" ? operation.Noun : parameter.Name) : names[random.Next(names.Count)];

    // mostly one that there is, of the noun that the field's name speaks of
    private string AnyId(string name)
    {
        var noun = name.EndsWith("_id", StringComparison.Ordinal) ? name[..^3] + "s" : name;
        var known = ids.TryGetValue(noun, out var fitting) && random.Next(5) > 0 ? fitting : [.. ids.Values.SelectMany(list => list)];
        if (known.Count > 0 && random.Next(6) > 0)
            return known[^(1 + random.Next(Math.Min(known.Count, 20)))];
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    // goes down to somewhere and puts a mark there, which becomes odd text when the whole is written
    private JsonNode? Spoil(JsonNode? node, int depth)
    {
        if (node is JsonObject map && map.Count > 0 && (depth == 0 || random.Next(3) > 0))
        {
            var key = map.ElementAt(random.Next(map.Count)).Key;
            map[key] = Spoil(map[key]?.DeepClone(), depth + 1);
            return map;
        }
        if (node is JsonArray list && list.Count > 0 && random.Next(3) > 0)
        {
            var index = random.Next(list.Count);
            list[index] = Spoil(list[index]?.DeepClone(), depth + 1);
            return list;
        }
        return "__odd__";
    }

    private string Filled(string text)
    {
        const string Mark = "\"__odd__\"";
        for (var at = text.IndexOf(Mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Mark, at + 1, StringComparison.Ordinal))
            text = string.Concat(text.AsSpan(0, at), random.Next(60) switch { 0 => Deep, 1 => DeepObject, 2 => Long, _ => Odd[random.Next(Odd.Length)] }, text.AsSpan(at + Mark.Length));
        return text;
    }

    private string OddText() => random.Next(12) switch
    {
        0 => "not-an-id",
        1 => "a\0b",
        2 => new string('y', 2000),
        3 => "../..",
        4 => "9223372036854775808",
        5 => "-1",
        6 => "NaN",
        7 => "%",
        8 => "✓/😀",
        9 => "0001-01-01T00:00:00+14:00",
        10 => "null",
        _ => "1000000",
    };

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "";
}
