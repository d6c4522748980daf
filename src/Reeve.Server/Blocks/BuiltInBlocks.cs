using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>
/// The kinds of blocks that a server brings along. A client looks its kinds up by the checksum of its own texts; the checksums of both client lines are given here, so that
/// it finds ours, which has the same fields and our texts.
/// </summary>
internal sealed class BuiltInBlocks(BlockTypesStore types, BlockSchemasStore schemas)
{
    private readonly JsonElement known = Resource();

    internal async ValueTask InstallAsync(Session session)
    {
        foreach (var block in known.EnumerateArray())
        {
            var slug = block.GetProperty("slug").GetString()!;
            if (await BlockTypesStore.ReadAsync(session, slug).ConfigureAwait(false) is { } present && (present.IsProtected || await HasSchemaAsync(session, present.Id).ConfigureAwait(false)))
                continue;
            var create = block.Deserialize(WireJson.TypeInfo<BlockTypeCreate>())!;
            var type = (await types.CreateAsync(session, create, block.GetProperty("protected").GetBoolean()).ConfigureAwait(false)).Value
                ?? (await BlockTypesStore.ReadAsync(session, slug).ConfigureAwait(false))!;
            foreach (var checksum in block.GetProperty("checksums").EnumerateObject())
            {
                await schemas.CreateAsync(
                    session,
                    new BlockSchemaCreate
                    {
                        BlockTypeId = type.Id,
                        Fields = block.GetProperty("fields"),
                        Capabilities = block.GetProperty("capabilities").EnumerateArray().Select(c => c.GetString()!).ToList(),
                        Version = checksum.Name,
                    },
                    checksum.Value.GetString()).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask<bool> HasSchemaAsync(Session session, Guid typeId) =>
        await session.ScalarAsync("select count(*) from block_schema where block_type_id = @type", ("type", typeId)).ConfigureAwait(false) > 0;

    private static JsonElement Resource()
    {
        using var stream = typeof(BuiltInBlocks).Assembly.GetManifestResourceStream("Reeve.Server.Blocks.built-in.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
