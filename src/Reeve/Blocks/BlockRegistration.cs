using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;

namespace Reeve;

/// <summary>What the server calls a kind of block and its fields.</summary>
internal sealed record RegisteredBlock(Guid TypeId, Guid SchemaId, string Checksum);

/// <summary>Makes kinds of blocks known to the server, each once in a session: first those inside it, because a schema names their checksums.</summary>
internal static class BlockRegistration
{
    private static readonly ConditionalWeakTable<EngineSession, ConcurrentDictionary<Type, RegisteredBlock>> Done = [];

    public static async Task<RegisteredBlock> EnsureAsync(Surroundings here, BlockKind kind, CancellationToken ct)
    {
        var done = Done.GetOrCreateValue(here.Session);
        if (done.TryGetValue(kind.Type, out var known))
            return known;
        return done[kind.Type] = kind.IsBuiltIn ? await FindAsync(here.Client, kind, ct) : await RegisterAsync(here, kind, ct);
    }

    private static async Task<RegisteredBlock> RegisterAsync(Surroundings here, BlockKind kind, CancellationToken ct)
    {
        var checksums = new Dictionary<Type, string>();
        await CollectAsync(kind);
        var type = await TypeAsync(here.Client, kind, ct);
        var schema = await here.Client.CreateBlockSchemaAsync(
            new BlockSchemaCreate
            {
                Fields = WireJson.Parse(kind.Fields(inner => checksums[inner]).ToJsonString()),
                BlockTypeId = type.Id,
                Capabilities = kind.Attribute.Capabilities ?? [],
                Version = kind.Version,
            },
            ct);
        return new RegisteredBlock(type.Id, schema.Id, schema.Checksum);

        async Task CollectAsync(BlockKind outer)
        {
            foreach (var inner in outer.Nested.Values.Distinct())
            {
                if (!checksums.TryAdd(inner, ""))
                    continue;
                checksums[inner] = (await EnsureAsync(here, BlockKind.Of(inner), ct)).Checksum;
                await CollectAsync(BlockKind.Of(inner));
            }
        }
    }

    private static async Task<RegisteredBlock> FindAsync(OrchestrationClient client, BlockKind kind, CancellationToken ct)
    {
        var type = await client.FindBlockTypeAsync(kind.Slug, ct);
        if (type is null)
        {
            await client.InstallBlockTypesAsync(ct);
            type = await client.FindBlockTypeAsync(kind.Slug, ct) ?? throw new InvalidOperationException($"The server at {client.Connection.ApiUrl} has no kind of block '{kind.Slug}'.");
        }

        var schemas = await client.FindBlockSchemasAsync(new Query { BlockSchemas = new() { BlockTypeId = new() { Any = [type.Id] } }, Limit = 1 }, ct);
        return schemas is [var newest, ..]
            ? new RegisteredBlock(type.Id, newest.Id, newest.Checksum)
            : throw new InvalidOperationException($"The kind of block '{kind.Slug}' has no schema at {client.Connection.ApiUrl}.");
    }

    private static async Task<BlockType> TypeAsync(OrchestrationClient client, BlockKind kind, CancellationToken ct)
    {
        if (await client.FindBlockTypeAsync(kind.Slug, ct) is { } known)
            return await RefreshedAsync(client, kind, known, ct);
        var attribute = kind.Attribute;
        try
        {
            return await client.CreateBlockTypeAsync(
                new BlockTypeCreate
                {
                    Name = kind.Name,
                    Slug = kind.Slug,
                    Description = attribute.Description,
                    LogoUrl = attribute.LogoUrl,
                    DocumentationUrl = attribute.DocumentationUrl,
                },
                ct);
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.Conflict)
        {
            // Another process registered it in this moment.
            return await client.FindBlockTypeAsync(kind.Slug, ct)
                ?? throw new InvalidOperationException($"The kind of block '{kind.Slug}' can be neither made nor found: {e.Message}", e);
        }
    }

    private static async Task<BlockType> RefreshedAsync(OrchestrationClient client, BlockKind kind, BlockType known, CancellationToken ct)
    {
        var attribute = kind.Attribute;
        var texts = new JsonObject();
        foreach (var (name, said, kept) in new[]
                 {
                     ("description", attribute.Description, known.Description), ("logo_url", attribute.LogoUrl, known.LogoUrl),
                     ("documentation_url", attribute.DocumentationUrl, known.DocumentationUrl),
                 })
        {
            if (said is not null && said != kept)
                texts[name] = said;
        }

        if (texts.Count > 0 && !known.IsProtected)
            await client.UpdateBlockTypeAsync(known.Id, WireJson.Parse(texts.ToJsonString()), ct);
        return known;
    }
}
