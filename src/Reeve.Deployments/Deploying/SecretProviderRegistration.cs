using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Secrets;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;

namespace Reeve.Deployments.Deploying;

/// <summary>Keeps the secret providers that a project declares as blocks on the server, so that they are found by name wherever a run is.</summary>
internal static class SecretProviderRegistration
{
    /// <summary>Makes those that are missing and changes those that say something else. Nothing of a provider is asked for.</summary>
    /// <exception cref="ApiException">The server refuses one.</exception>
    public static async Task RegisterAsync(OrchestrationClient client, Project project, LineSink sink, FaultCollector faults, CancellationToken ct)
    {
        if (project.Secrets.Count == 0)
            return;
        if (await SchemaAsync(client, ct) is not { } schema)
        {
            faults.Add(project.Secrets[0].Position, $"this server has no blocks of the type '{SecretProviderKinds.BlockType}'", "bring it up to date, or use secret blocks");
            return;
        }
        foreach (var declared in project.Secrets)
        {
            var data = WireJson.Parse(declared.ToBlock().ToJsonString());
            var known = await client.FindBlockDocumentAsync(SecretProviderKinds.BlockType, declared.Name, includeSecrets: true, ct);
            if (known is not null && JsonNode.DeepEquals(JsonObject.Create(known.Data), declared.ToBlock()))
                continue;
            if (known is null)
                await client.CreateBlockDocumentAsync(new BlockDocumentCreate { Name = declared.Name, Data = data, BlockTypeId = schema.BlockTypeId!.Value, BlockSchemaId = schema.Id }, ct);
            else
                await client.UpdateBlockDocumentAsync(known.Id, new BlockDocumentUpdate { Data = data, MergeExistingData = false }, ct);
            sink(new OutputLine(LineLevel.Information, LoggerNames.Deployment, $"{(known is null ? "Made" : "Changed")} the secret provider '{declared.Name}' ({declared.Kind})"));
        }
    }

    private static async Task<BlockSchema?> SchemaAsync(OrchestrationClient client, CancellationToken ct)
    {
        if (await client.FindBlockTypeAsync(SecretProviderKinds.BlockType, ct) is not { } type)
            return null;
        var schemas = await client.FindBlockSchemasAsync(new Query { BlockSchemas = new BlockTypeFilter { BlockTypeId = new AnyOf<Guid> { Any = [type.Id] } }, Limit = 1 }, ct);
        return schemas is [var schema, ..] ? schema : null;
    }
}
