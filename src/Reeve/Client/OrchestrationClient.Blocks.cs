using System.Text.Json;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;

namespace Reeve.Client;

public sealed partial class OrchestrationClient
{
    /// <summary>Finds a kind of block; null when there is none.</summary>
    public Task<BlockType?> FindBlockTypeAsync(string slug, CancellationToken ct) => Connection.FindAsync<BlockType>($"block_types/slug/{Uri.EscapeDataString(slug)}", ct);

    /// <summary>Finds kinds of blocks.</summary>
    public Task<List<BlockType>> FindBlockTypesAsync(Query query, CancellationToken ct) =>
        Connection.SendAsync<List<BlockType>>(HttpMethod.Post, "block_types/filter", query, ct);

    /// <summary>Deletes a kind of block with its blocks.</summary>
    public Task DeleteBlockTypeAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"block_types/{id}", null, ct);

    /// <summary>Finds schemas of blocks.</summary>
    public Task<List<BlockSchema>> FindBlockSchemasAsync(Query query, CancellationToken ct) =>
        Connection.SendAsync<List<BlockSchema>>(HttpMethod.Post, "block_schemas/filter", query, ct);

    /// <summary>Makes a block.</summary>
    public Task<BlockDocument> CreateBlockDocumentAsync(BlockDocumentCreate block, CancellationToken ct) =>
        Connection.SendAsync<BlockDocument>(HttpMethod.Post, "block_documents/", block, ct);

    /// <summary>Finds blocks.</summary>
    public Task<List<BlockDocument>> FindBlockDocumentsAsync(Query query, CancellationToken ct) =>
        Connection.SendAsync<List<BlockDocument>>(HttpMethod.Post, "block_documents/filter", query, ct);

    /// <summary>Finds a block by its kind and name; null when there is none.</summary>
    public Task<BlockDocument?> FindBlockDocumentAsync(string typeSlug, string name, bool includeSecrets, CancellationToken ct) =>
        Connection.FindAsync<BlockDocument>(
            $"block_types/slug/{Uri.EscapeDataString(typeSlug)}/block_documents/name/{Uri.EscapeDataString(name)}?include_secrets={(includeSecrets ? "true" : "false")}", ct);

    /// <summary>Finds a block by its id, secrets hidden; null when there is none.</summary>
    public Task<BlockDocument?> FindBlockDocumentAsync(Guid id, CancellationToken ct) => Connection.FindAsync<BlockDocument>($"block_documents/{id}", ct);

    /// <summary>Finds a block by its id; null when there is none.</summary>
    public Task<BlockDocument?> FindBlockDocumentAsync(Guid id, bool includeSecrets, CancellationToken ct) =>
        Connection.FindAsync<BlockDocument>($"block_documents/{id}?include_secrets={(includeSecrets ? "true" : "false")}", ct);

    /// <summary>Changes a block.</summary>
    public Task UpdateBlockDocumentAsync(Guid id, BlockDocumentUpdate update, CancellationToken ct) =>
        Connection.SendAsync(HttpMethod.Patch, $"block_documents/{id}", update, ct);

    /// <summary>Deletes a block.</summary>
    public Task DeleteBlockDocumentAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"block_documents/{id}", null, ct);

    /// <summary>Finds a variable; null when there is none.</summary>
    public Task<Variable?> FindVariableAsync(string name, CancellationToken ct) => Connection.FindAsync<Variable>($"variables/name/{Uri.EscapeDataString(name)}", ct);

    /// <summary>Finds variables.</summary>
    public Task<List<Variable>> FindVariablesAsync(Query query, CancellationToken ct) => Connection.SendAsync<List<Variable>>(HttpMethod.Post, "variables/filter", query, ct);

    /// <summary>Makes a variable.</summary>
    public Task<Variable> CreateVariableAsync(VariableCreate variable, CancellationToken ct) =>
        Connection.SendAsync<Variable>(HttpMethod.Post, "variables/", variable, ct);

    /// <summary>Changes a variable.</summary>
    public Task UpdateVariableAsync(Guid id, VariableUpdate update, CancellationToken ct) => Connection.SendAsync(HttpMethod.Patch, $"variables/{id}", update, ct);

    /// <summary>Deletes a variable.</summary>
    public Task DeleteVariableAsync(Guid id, CancellationToken ct) => Connection.SendAsync(HttpMethod.Delete, $"variables/{id}", null, ct);

    /// <summary>What is known of the kinds of workers, by package and type; the templates of new work pools come from here.</summary>
    public Task<JsonElement> GetWorkerMetadataAsync(CancellationToken ct) =>
        Connection.SendAsync<JsonElement>(HttpMethod.Get, "collections/views/aggregate-worker-metadata", null, ct);

    /// <summary>The kinds of blocks that known packages bring, by package and slug.</summary>
    public Task<JsonElement> GetBlockMetadataAsync(CancellationToken ct) =>
        Connection.SendAsync<JsonElement>(HttpMethod.Get, "collections/views/aggregate-block-metadata", null, ct);

    /// <summary>Installs the kinds of blocks that the server brings and that are missing.</summary>
    public Task InstallBlockTypesAsync(CancellationToken ct) => Connection.SendAsync(HttpMethod.Post, "block_types/install_system_block_types", null, ct);
}
