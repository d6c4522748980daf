using System.Text.Json;

namespace Reeve.Server.Blocks;

/// <summary>The kinds of blocks that a schema's fields hold: "block_schema_references" names one, or a list of alternatives, for each such field.</summary>
internal static class BlockSchemaReferences
{
    internal static IEnumerable<string> Slugs(JsonElement fields)
    {
        if (fields.ValueKind != JsonValueKind.Object || !fields.TryGetProperty("block_schema_references", out var references) || references.ValueKind != JsonValueKind.Object)
            return [];
        return references.EnumerateObject()
            .SelectMany(field => field.Value.ValueKind == JsonValueKind.Array ? field.Value.EnumerateArray() : Enumerable.Repeat(field.Value, 1))
            .Where(reference => reference.ValueKind == JsonValueKind.Object)
            .Select(reference => reference.TryGetProperty("block_type_slug", out var slug) && slug.ValueKind == JsonValueKind.String ? slug.GetString() : null)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
    }
}
