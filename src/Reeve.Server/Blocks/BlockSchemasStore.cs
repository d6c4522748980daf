using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>The SQL of the blocks' schemas.</summary>
internal sealed class BlockSchemasStore(TimeProvider clock)
{
    internal const int ColumnCount = 8 + BlockTypesStore.ColumnCount;

    /// <summary>What <see cref="Read"/> reads of the tables under the aliases <c>s</c> and <c>t</c>.</summary>
    internal const string Columns = $"s.id, s.created, s.updated, s.checksum, s.fields, s.block_type_id, s.capabilities, s.version, {BlockTypesStore.Columns}";

    internal static readonly Refusal NotFound = Refusal.NotFound("Block schema not found");

    private const string From = "from block_schema s join block_type t on t.id = s.block_type_id";

    /// <summary>Stores a schema; one of the same checksum and version answers with itself.</summary>
    internal async ValueTask<Outcome<(BlockSchema Schema, bool IsNew)>> CreateAsync(Session session, BlockSchemaCreate schema)
    {
        if (await BlockTypesStore.ReadAsync(session, schema.BlockTypeId).ConfigureAwait(false) is null)
            return Refusal.NotFound($"Block type {schema.BlockTypeId} not found.");
        var fields = schema.Fields;
        if (!fields.TryGetProperty("block_schema_references", out _))
        {
            var complete = JsonObject.Create(fields)!;
            complete["block_schema_references"] = new JsonObject();
            fields = WireJson.Parse(complete.ToJsonString());
        }
        var (now, version) = (clock.Now(), schema.Version ?? "non-versioned");
        var checksum = BlockChecksum.Of(schema.Fields);
        foreach (var slug in BlockSchemaReferences.Slugs(fields))
            if (await BlockTypesStore.ReadAsync(session, slug).ConfigureAwait(false) is null)
                return Refusal.Conflict($"The schema refers to the block type \"{slug}\", which is not there. Register it first.");
        var added = await session.ExecuteAsync(
            """
            insert into block_schema (id, created, updated, checksum, fields, block_type_id, capabilities, version)
            values (@id, @now, @now, @checksum, @fields, @type, @capabilities, @version) on conflict (checksum, version) do nothing
            """,
            ("id", Ids.New(now)), ("now", now), ("checksum", checksum), ("fields", fields), ("type", schema.BlockTypeId),
            ("capabilities", SqlValue.Json(schema.Capabilities ?? [])), ("version", version)).ConfigureAwait(false);
        return ((await ReadAsync(session, checksum, version).ConfigureAwait(false))!, added == 1);
    }

    internal static ValueTask<BlockSchema?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} {From} where s.id = @id", static row => Read(row, 0), ("id", id));

    /// <summary>The newest schema with this checksum, of this version if one is given.</summary>
    internal static ValueTask<BlockSchema?> ReadAsync(Session session, string checksum, string? version) =>
        session.QueryFirstAsync(
            $"select {Columns} {From} where s.checksum = @checksum and (@version is null or s.version = @version) order by s.created desc, s.id desc limit 1",
            static row => Read(row, 0), ("checksum", checksum), ("version", version));

    internal static ValueTask<List<BlockSchema>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var filter = query.BlockSchemas;
        var where = Conditions.Where(Conditions.Join(
            filter?.Operator,
            Criteria.Of(on, "s.block_type_id", filter?.BlockTypeId),
            Criteria.Of(on, "s.capabilities", filter?.BlockCapabilities),
            Criteria.Of(on, "s.id", filter?.Id),
            Criteria.Of(on, "s.version", filter?.Version)));
        return session.QueryAsync($"select {Columns} {From} {where} order by s.created desc, s.id desc {Page.Sql(query)}", static row => Read(row, 0), on.Parameters);
    }

    internal static async ValueTask<Refusal?> DeleteAsync(Session session, Guid id)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } schema)
            return NotFound;
        if (schema.BlockType!.IsProtected)
            return Refusal.Forbidden("Block schemas for protected block types cannot be deleted.");
        await session.ExecuteAsync("delete from block_schema where id = @id", ("id", id)).ConfigureAwait(false);
        return null;
    }

    internal static async ValueTask<List<string>> CapabilitiesAsync(Session session) =>
        [.. (await session.QueryAsync("select distinct capabilities from block_schema", static row => row.Json<IReadOnlyList<string>>(0)).ConfigureAwait(false))
            .SelectMany(c => c).Distinct().Order(StringComparer.Ordinal)];

    internal static BlockSchema Read(Row row, int at) => new()
    {
        Id = row.Id(at),
        Created = row.Time(at + 1),
        Updated = row.Time(at + 2),
        Checksum = row.Text(at + 3),
        Fields = row.Element(at + 4),
        BlockTypeId = row.Id(at + 5),
        Capabilities = row.Json<IReadOnlyList<string>>(at + 6),
        Version = row.Text(at + 7),
        BlockType = BlockTypesStore.Read(row, at + 8),
    };
}
