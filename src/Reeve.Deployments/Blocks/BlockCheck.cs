using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Templating;
using Reeve.Protocol.Blocks;

namespace Reeve.Deployments.Blocks;

/// <summary>Holds a block's fields against its kind: the schema (names, types, choices, what is required), formats and lengths, and the rules that no schema can say. No message shows a secret.</summary>
internal static class BlockCheck
{
    public static void Check(BlockDraft draft, BlockSchema schema, SecretRegistry secrets, FaultCollector faults)
    {
        if (draft.Data.ToJson() is JsonObject data)
            secrets.AddSecretFields(data, BlockFields.Secrets(schema));
        var found = new FaultCollector();
        var given = WithoutNulls(draft.Data);
        var fields = given with { Entries = [.. given.Entries.Where(entry => !IsReference(entry.Value) && entry.Key.Text is not "block_type_slug")] };
        new ParameterCheck(schema.Fields, found, "field", $"the kind of block '{draft.Type}'").Check(fields, draft.Data.Position, required: false);
        foreach (var name in BlockFields.Required(schema).Where(name => given[name] is null))
            found.Add(draft.Data.Position, $"the field '{name}' is missing; a block of kind '{draft.Type}' must have it");
        foreach (var entry in fields.Entries)
            if (schema.Fields.TryGetProperty("properties", out var properties) && properties.TryGetProperty(entry.Key.Text, out var expected))
                CheckText(entry, expected, found);
        BlockRules.Check(draft.Type, given, found);
        foreach (var fault in found.Faults)
            faults.Add(fault with { Message = secrets.Redact(fault.Message), Hint = fault.Hint is { } hint ? secrets.Redact(hint) : null });
    }

    /// <summary>Whether a value points at a block that has a name of its own.</summary>
    public static bool IsReference(DocumentNode value) => value is MapNode map && map["$ref"] is not null;

    // Optional fields are written as null where they are not given; schemas of the 2.x line do not say that null is allowed.
    private static MapNode WithoutNulls(MapNode map) => map with
    {
        Entries = [.. map.Entries.Where(entry => entry.Value is not ScalarNode { IsNull: true }).Select(entry => entry.Value is MapNode inner ? entry with { Value = WithoutNulls(inner) } : entry)],
    };

    private static void CheckText(MapEntry entry, JsonElement expected, FaultCollector found)
    {
        if (entry.Value is not ScalarNode scalar || MapReader.IsPlaceholder(scalar) || expected.ValueKind is not JsonValueKind.Object)
            return;
        var name = entry.Key.Text;
        if (Whole(expected, "minLength") is { } shortest && scalar.IsText && scalar.Text.Length < shortest)
            found.Add(scalar.Position, $"field '{name}' must have at least {shortest} characters");
        if (Whole(expected, "maxLength") is { } longest && scalar.Text.Length > longest)
            found.Add(scalar.Position, $"field '{name}' may have at most {longest} characters");
        if (expected.TryGetProperty("pattern", out var pattern) && scalar.IsText && !Regex.IsMatch(scalar.Text, pattern.GetString()!, RegexOptions.NonBacktracking))
            found.Add(scalar.Position, $"field '{name}' must match {pattern}");
        if (expected.TryGetProperty("exclusiveMinimum", out var above) && above.ValueKind is JsonValueKind.Number
            && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number <= above.GetDouble())
            found.Add(scalar.Position, $"field '{name}' must be more than {above}, and this is {scalar.Description}");
        if (expected.TryGetProperty("format", out var format) && scalar.IsText && Expected(format.GetString(), scalar.Text) is { } form)
            found.Add(scalar.Position, $"field '{name}' should be {form}, and this is {scalar.Description}");
    }

    private static string? Expected(string? format, string text) => format switch
    {
        "date-time" when !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) => "a date and time such as 2030-01-31T08:00:00Z",
        "uri" when !Uri.TryCreate(text, UriKind.Absolute, out _) => "an address such as https://example.com/path",
        "uuid" when !Guid.TryParse(text, out _) => "an id such as 3fa85f64-5717-4562-b3fc-2c963f66afa6",
        _ => null,
    };

    private static int? Whole(JsonElement expected, string key) => expected.TryGetProperty(key, out var value) && value.TryGetInt32(out var whole) ? whole : null;
}
