using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Cli.Commands.FlowRuns;

/// <summary>What an answer to a paused run looks like, from the schema that the pause left: each field with its proposed value, else with its type.</summary>
internal static class InputForm
{
    /// <returns>Such as <c>{"approved": &lt;boolean&gt;, "rows": 7}</c>; null where the schema has no fields.</returns>
    internal static string? Of(string schema)
    {
        JsonElement read;
        try
        {
            read = WireJson.Parse(schema);
        }
        catch (JsonException)
        {
            return null; // any client may have written it; the refusal itself has been told
        }

        if (read.ValueKind != JsonValueKind.Object || !read.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return null;
        var fields = properties.EnumerateObject().Select(field => $"\"{field.Name}\": {Value(field.Value)}").ToList();
        return fields.Count == 0 ? null : $"{{{string.Join(", ", fields)}}}";
    }

    private static string Value(JsonElement field) => field.ValueKind != JsonValueKind.Object ? "<value>"
        : field.TryGetProperty("default", out var proposed) ? proposed.GetRawText()
        : field.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? $"<{type.GetString()}>"
        : "<value>";
}
