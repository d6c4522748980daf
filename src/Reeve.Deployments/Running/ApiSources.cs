using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Secrets;
using Reeve.Deployments.Templating;
using Reeve.Protocol.Blocks;

namespace Reeve.Deployments.Running;

/// <summary>Blocks, variables and secrets for placeholders, found through the API.</summary>
public static class ApiSources
{
    /// <summary>A scope that resolves everything but step outputs.</summary>
    public static TemplateScope Scope(OrchestrationClient client)
    {
        var scope = new TemplateScope
        {
            Block = (type, name, ct) => FindBlockAsync(client, type, name, includeSecrets: true, ct),
            Variable = (name, ct) => FindVariableAsync(client, name, ct),
            Environment = Environment.GetEnvironmentVariable,
        };
        return scope with { Secret = new SecretSources(scope).ReadAsync };
    }

    public static async Task<BlockData?> FindBlockAsync(OrchestrationClient client, string type, string name, bool includeSecrets, CancellationToken ct)
    {
        var document = await client.FindBlockDocumentAsync(type, name, includeSecrets, ct);
        return document is null ? null : DataOf(document, type);
    }

    public static BlockData DataOf(BlockDocument document, string type) => new(JsonObject.Create(document.Data) ?? [], SecretFields(document, type));

    public static async Task<(bool, JsonNode?)> FindVariableAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        var variable = await client.FindVariableAsync(name, ct);
        return (variable is not null, variable?.Value is { ValueKind: not JsonValueKind.Null } value ? JsonNode.Parse(value.GetRawText()) : null);
    }

    private static IReadOnlyList<string> SecretFields(BlockDocument document, string type)
    {
        List<string> fields = [];
        if (document.BlockSchema?.Fields is { ValueKind: JsonValueKind.Object } schema
            && schema.TryGetProperty("secret_fields", out var listed) && listed.ValueKind is JsonValueKind.Array)
            fields.AddRange(listed.EnumerateArray().Select(field => field.GetString() ?? ""));
        // Whatever a server says of it, the value of a Secret block is a secret.
        return type == "secret" && !fields.Contains("value") ? [.. fields, "value"] : fields;
    }
}
