using Reeve.Client;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;

namespace Reeve.Deployments.Blocks;

/// <summary>The kinds of blocks of a server with their newest schemas, each asked for once.</summary>
public sealed class BlockKinds(OrchestrationClient client)
{
    private readonly Dictionary<string, (BlockType Type, BlockSchema Schema)?> _known = new(StringComparer.Ordinal);

    /// <summary>The kind and its newest schema; null when the server has no such kind.</summary>
    public async Task<(BlockType Type, BlockSchema Schema)?> FindAsync(string slug, CancellationToken ct)
    {
        if (_known.TryGetValue(slug, out var known))
            return known;
        if (await client.FindBlockTypeAsync(slug, ct) is not { } type)
            return _known[slug] = null;
        var schemas = await client.FindBlockSchemasAsync(new Query { BlockSchemas = new BlockTypeFilter { BlockTypeId = new AnyOf<Guid> { Any = [type.Id] } }, Limit = 1 }, ct);
        return _known[slug] = schemas is [var newest, ..] ? (type, newest) : null;
    }

    /// <summary>All slugs, for hints.</summary>
    public async Task<IReadOnlyList<string>> SlugsAsync(CancellationToken ct) => [.. (await client.FindBlockTypesAsync(new Query { Limit = 200 }, ct)).Select(type => type.Slug)];
}
