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
    public static async Task RegisterAsync(OrchestrationClient client, IReadOnlyList<SecretDeclaration> declared, LineSink sink, FaultCollector faults, CancellationToken ct) =>
        await WriteAsync(client, await PendingAsync(client, declared, ct), sink, faults, ct);

    /// <summary>Those that the server does not have as they are declared.</summary>
    public static async Task<IReadOnlyList<PendingSecretProvider>> PendingAsync(OrchestrationClient client, IReadOnlyList<SecretDeclaration> declared, CancellationToken ct)
    {
        List<PendingSecretProvider> pending = [];
        foreach (var one in declared.DistinctBy(each => each.Name))
        {
            var known = await client.FindBlockDocumentAsync(SecretProviderKinds.BlockType, one.Name, includeSecrets: true, ct);
            if (known is null || !JsonNode.DeepEquals(JsonObject.Create(known.Data), one.ToBlock()))
                pending.Add(new PendingSecretProvider(one, known?.Id));
        }
        return pending;
    }

    public static async Task WriteAsync(OrchestrationClient client, IReadOnlyList<PendingSecretProvider> pending, LineSink sink, FaultCollector faults, CancellationToken ct)
    {
        if (pending.Count == 0)
            return;
        if (await SchemaAsync(client, ct) is not { } schema)
        {
            faults.Add(pending[0].Declared.Position, $"this server has no blocks of the type '{SecretProviderKinds.BlockType}'", "bring it up to date, or use secret blocks");
            return;
        }
        foreach (var (declared, known) in pending)
        {
            var data = WireJson.Parse(declared.ToBlock().ToJsonString());
            if (known is { } id)
                await client.UpdateBlockDocumentAsync(id, new BlockDocumentUpdate { Data = data, MergeExistingData = false }, ct);
            else
                await client.CreateBlockDocumentAsync(new BlockDocumentCreate { Name = declared.Name, Data = data, BlockTypeId = schema.BlockTypeId!.Value, BlockSchemaId = schema.Id }, ct);
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

/// <summary>A declared provider that the server does not have as it is declared.</summary>
/// <param name="Known">The block of its name, if there is one.</param>
internal sealed record PendingSecretProvider(SecretDeclaration Declared, Guid? Known)
{
    public override string ToString() => $"the secret provider '{Declared.Name}' ({Declared.Kind}) will be {(Known is null ? "made" : "changed")}";
}
