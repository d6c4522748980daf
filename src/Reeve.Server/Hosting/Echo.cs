using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Server.Blocks;

namespace Reeve.Server.Hosting;

/// <summary>
/// A refused body as its refusal repeats it. Clients log what they are answered, so whatever a user fills in freely, and may have put a secret
/// into, is hidden.
/// </summary>
internal static class Echo
{
    private static readonly FrozenSet<string> Free = FrozenSet.Create(
        StringComparer.Ordinal,
        "data", "value", "parameters", "job_variables", "infra_overrides", "base_job_template", "pull_steps", "task_inputs", "context", "message", "run_input", "payload");

    internal static JsonElement? Of(JsonElement body)
    {
        var copy = body.ValueKind switch
        {
            JsonValueKind.Object => (JsonNode?)JsonObject.Create(body),
            JsonValueKind.Array => JsonArray.Create(body),
            _ => null,
        };
        Hide(copy);
        return copy is null ? null : JsonSerializer.SerializeToElement(copy, Storage.StorageJson.Default.JsonNode);
    }

    private static void Hide(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Hide(item);
        }
        else if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToList())
            {
                if (value is not null && Free.Contains(name))
                    map[name] = Obfuscation.Hidden;
                else
                    Hide(value);
            }
        }
    }
}
