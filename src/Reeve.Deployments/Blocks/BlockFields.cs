using System.Text.Json;
using Reeve.Protocol.Blocks;

namespace Reeve.Deployments.Blocks;

/// <summary>What a kind's schema says of its fields.</summary>
public static class BlockFields
{
    /// <summary>Paths of secret fields: "value", "headers.*", "credentials.token".</summary>
    public static IReadOnlyList<string> Secrets(BlockSchema schema) => [.. Texts(schema.Fields, "secret_fields")];

    /// <summary>Names of the fields that must be given.</summary>
    public static IReadOnlyList<string> Required(BlockSchema schema) => [.. Texts(schema.Fields, "required")];

    /// <summary>All fields in the order of the schema.</summary>
    public static IReadOnlyList<JsonProperty> All(BlockSchema schema) =>
        schema.Fields.TryGetProperty("properties", out var properties) ? [.. properties.EnumerateObject()] : [];

    /// <summary>Whether a field, or something in it, is secret.</summary>
    public static bool IsSecret(BlockSchema schema, string field) => Secrets(schema).Any(path => path == field || path.StartsWith(field + ".", StringComparison.Ordinal));

    /// <summary>The kinds of blocks that a field may hold; none when it holds no block.</summary>
    public static IReadOnlyList<string> References(BlockSchema schema, string field)
    {
        if (!schema.Fields.TryGetProperty("block_schema_references", out var all) || all.ValueKind is not JsonValueKind.Object || !all.TryGetProperty(field, out var given))
            return [];
        List<JsonElement> list = given.ValueKind is JsonValueKind.Array ? [.. given.EnumerateArray()] : [given];
        // Of a field that may hold one of several kinds, schemas of the 2.x line name only one there; its definitions name them all.
        if (schema.Fields.TryGetProperty("properties", out var properties) && properties.TryGetProperty(field, out var property) && schema.Fields.TryGetProperty("definitions", out var definitions))
            foreach (var key in (ReadOnlySpan<string>)["anyOf", "allOf", "oneOf"])
                if (property.TryGetProperty(key, out var alternatives))
                    list.AddRange(alternatives.EnumerateArray().Where(each => each.TryGetProperty("$ref", out _)).Select(each => each.GetProperty("$ref").GetString()!.Split('/')[^1])
                        .Where(name => definitions.TryGetProperty(name, out _)).Select(name => definitions.GetProperty(name)));
        return [.. list.Where(each => each.ValueKind is JsonValueKind.Object && each.TryGetProperty("block_type_slug", out _)).Select(each => each.GetProperty("block_type_slug").GetString()!).Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Texts(JsonElement fields, string key) =>
        fields.ValueKind is JsonValueKind.Object && fields.TryGetProperty(key, out var list) && list.ValueKind is JsonValueKind.Array
            ? list.EnumerateArray().Select(each => each.GetString() ?? "")
            : [];
}
