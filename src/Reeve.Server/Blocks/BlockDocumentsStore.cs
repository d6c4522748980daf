using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>The SQL of the blocks. Their data is sealed before it reaches a statement, so no row, log or plan shows it.</summary>
internal sealed class BlockDocumentsStore(TimeProvider clock, BlockSecrets secrets)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Block document not found");

    // blocks may point at blocks, but not in circles
    private const int Deepest = 16;

    private const string Columns = $"b.id, b.created, b.updated, b.name, b.data, b.is_anonymous, {BlockSchemasStore.Columns}";

    private const string From = "from block_document b join block_schema s on s.id = b.block_schema_id join block_type t on t.id = b.block_type_id";

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["NAME_ASC"] = "b.name, b.id",
        ["NAME_DESC"] = "b.name desc, b.id",
        ["BLOCK_TYPE_AND_NAME_ASC"] = "t.name, b.name, b.id",
    };

    private sealed record Stored(BlockDocument Document, string Box);

    internal async ValueTask<Outcome<Guid>> CreateAsync(Session session, BlockDocumentCreate document)
    {
        if (await BlockSchemasStore.ReadAsync(session, document.BlockSchemaId).ConfigureAwait(false) is not { } schema)
            return Refusal.NotFound($"Block schema {document.BlockSchemaId} not found.");
        if (schema.BlockTypeId != document.BlockTypeId)
            return Refusal.Conflict($"Block schema {document.BlockSchemaId} is not of block type {document.BlockTypeId}.");
        var (now, data) = (clock.Now(), JsonObject.Create(document.Data)!);
        var id = Ids.New(now);
        if (TakeReferences(data, out var references) is { } fault)
            return fault;
        if (await MissingAsync(session, references.Values).ConfigureAwait(false) is { } missing)
            return missing;
        var added = await session.ExecuteAsync(
            """
            insert into block_document (id, created, updated, name, data, block_schema_id, block_type_id, is_anonymous)
            values (@id, @now, @now, @name, @data, @schema, @type, @anonymous) on conflict (block_type_id, name) do nothing
            """,
            ("id", id), ("now", now), ("name", document.Name ?? $"anonymous-{Guid.NewGuid()}"), ("data", secrets.Seal(id, data)), ("schema", document.BlockSchemaId),
            ("type", document.BlockTypeId), ("anonymous", document.IsAnonymous)).ConfigureAwait(false);
        if (added == 0)
            return Refusal.Conflict("Block already exists");
        await PointAsync(session, id, references).ConfigureAwait(false);
        await TellAsync(session, ObjectEvents.Created, id).ConfigureAwait(false);
        return id;
    }

    internal async ValueTask<Refusal?> UpdateAsync(Session session, Guid id, BlockDocumentUpdate update)
    {
        if (await FindAsync(session, id).ConfigureAwait(false) is not { } stored)
            return NotFound;
        var schemaId = update.BlockSchemaId ?? stored.Document.BlockSchemaId;
        if (schemaId != stored.Document.BlockSchemaId
            && (await BlockSchemasStore.ReadAsync(session, schemaId).ConfigureAwait(false))?.BlockTypeId != stored.Document.BlockTypeId)
            return new Refusal(StatusCodes.Status400BadRequest, "A block can only move to another schema of its own block type.");
        var known = secrets.Unseal(id, stored.Box);
        var data = update.Data is { ValueKind: JsonValueKind.Object } given ? JsonObject.Create(given)! : [];
        Obfuscation.KeepHidden(data, known);
        if (TakeReferences(data, out var references) is { } fault)
            return fault;
        if (await MissingAsync(session, references.Values).ConfigureAwait(false) is { } missing)
            return missing;
        if (await LeadsToAsync(session, id, references.Values).ConfigureAwait(false))
            return new Refusal(StatusCodes.Status400BadRequest, "The block would refer to itself, directly or through the blocks it refers to.");
        await UnpointAsync(session, id, update.MergeExistingData ? [.. data.Select(m => m.Key), .. references.Keys] : null).ConfigureAwait(false);
        if (update.MergeExistingData)
            foreach (var (name, value) in known.Where(m => !data.ContainsKey(m.Key) && !references.ContainsKey(m.Key)))
                data[name] = value?.DeepClone();
        await session.ExecuteAsync(
            "update block_document set updated = @now, data = @data, block_schema_id = @schema where id = @id",
            ("now", clock.Now()), ("data", secrets.Seal(id, data)), ("schema", schemaId), ("id", id)).ConfigureAwait(false);
        await PointAsync(session, id, references).ConfigureAwait(false);
        await TellAsync(session, ObjectEvents.Updated, id).ConfigureAwait(false);
        return null;
    }

    internal async ValueTask<Refusal?> DeleteAsync(Session session, Guid id)
    {
        await TellAsync(session, ObjectEvents.Deleted, id).ConfigureAwait(false);
        return await session.ExecuteAsync("delete from block_document where id = @id", ("id", id)).ConfigureAwait(false) == 1 ? null : NotFound;
    }

    // of its data, the event shows texts that are no secrets
    private async ValueTask TellAsync(Session session, string action, Guid id)
    {
        if (await FindAsync(session, id).ConfigureAwait(false) is not { Document: { IsAnonymous: false, BlockType: { } type, BlockSchema: { } schema } document, Box: var box })
            return;
        var hidden = Obfuscation.SecretFields(schema.Fields).Select(field => field.Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        var shown = secrets.Unseal(id, box).Where(m => !hidden.Contains(m.Key) && m.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String);
        ObjectEvents.Tell(session, clock.Now(), new("block-document", action, id, document.Name)
        {
            Related = [ObjectEvents.Related("block-type", type.Id, type.Name), ObjectEvents.Related("block-schema", schema.Id)],
            Payload = new()
            {
                ["name"] = document.Name,
                ["data"] = new JsonObject(shown.Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone()))),
                ["block_schema"] = new JsonObject
                {
                    ["capabilities"] = ObjectEvents.Node(schema.Capabilities),
                    ["block_type"] = new JsonObject { ["id"] = type.Id.ToString(), ["name"] = type.Name },
                },
            },
        });
    }

    internal async ValueTask<BlockDocument?> ReadAsync(Session session, Guid id, bool withSecrets) =>
        await FindAsync(session, id).ConfigureAwait(false) is { } stored ? await OpenAsync(session, stored, withSecrets, 0).ConfigureAwait(false) : null;

    internal async ValueTask<BlockDocument?> ReadAsync(Session session, string typeSlug, string name, bool withSecrets)
    {
        var stored = await session.QueryFirstAsync($"select {Columns} {From} where t.slug = @slug and b.name = @name", Read, ("slug", typeSlug), ("name", name)).ConfigureAwait(false);
        return stored is null ? null : await OpenAsync(session, stored, withSecrets, 0).ConfigureAwait(false);
    }

    internal async ValueTask<List<BlockDocument>> FilterAsync(Session session, Query query, Guid? typeId = null)
    {
        var on = new Conditions(session.Dialect);
        var where = Where(on, query, typeId);
        var found = await session.QueryAsync($"select {Columns} {From} {where} {Page.Order(query.Sort, "NAME_ASC", Orders)} {Page.Sql(query)}", Read, on.Parameters).ConfigureAwait(false);
        List<BlockDocument> opened = [];
        foreach (var stored in found)
            opened.Add(await OpenAsync(session, stored, query.IncludeSecrets == true, 0).ConfigureAwait(false));
        return opened;
    }

    internal static ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) {From} {Where(on, query, null)}", on.Parameters);
    }

    private static string Where(Conditions on, Query query, Guid? typeId)
    {
        var filter = query.BlockDocuments ?? new();
        return Conditions.Where(
            Criteria.Of(on, "b.is_anonymous", filter.IsAnonymous),
            Conditions.Join(
                filter.Operator, Criteria.Of(on, "b.id", filter.Id), Criteria.Of(on, "b.block_type_id", filter.BlockTypeId), Criteria.Of(on, "b.name", filter.Name)),
            BlockTypesStore.Of(on, query.BlockTypes),
            Criteria.Of(on, "s.capabilities", query.BlockSchemas?.BlockCapabilities),
            typeId is { } type ? $"b.block_type_id = @{on.Bind(type)}" : null);
    }

    private static ValueTask<Stored?> FindAsync(Session session, Guid id) => session.QueryFirstAsync($"select {Columns} {From} where b.id = @id", Read, ("id", id));

    /// <summary>Unseals a block and puts in the blocks it points at, each with its own secrets hidden unless they are wanted.</summary>
    private async ValueTask<BlockDocument> OpenAsync(Session session, Stored stored, bool withSecrets, int depth)
    {
        var document = stored.Document;
        var data = secrets.Unseal(document.Id, stored.Box);
        var pointed = new JsonObject();
        var references = depth >= Deepest ? [] : await session.QueryAsync(
            "select name, reference_id from block_document_reference where parent_id = @id", static row => (Name: row.Text(0), Id: row.Id(1)), ("id", document.Id)).ConfigureAwait(false);
        foreach (var (name, id) in references)
        {
            if (await FindAsync(session, id).ConfigureAwait(false) is not { } inner)
                continue;
            var opened = await OpenAsync(session, inner, withSecrets, depth + 1).ConfigureAwait(false);
            data[name] = JsonObject.Create(opened.Data);
            pointed[name] = Reference(opened);
        }
        if (!withSecrets)
            Obfuscation.Hide(data, Obfuscation.SecretFields(document.BlockSchema!.Fields));
        return document with { Data = WireJson.Parse(data.ToJsonString()), BlockDocumentReferences = pointed };
    }

    private static JsonObject Reference(BlockDocument document) => new()
    {
        ["block_document"] = new JsonObject
        {
            ["id"] = document.Id.ToString(),
            ["name"] = document.Name,
            ["block_type"] = JsonSerializer.SerializeToNode(document.BlockType!, WireJson.TypeInfo<BlockType>()),
            ["is_anonymous"] = document.IsAnonymous,
            ["block_document_references"] = document.BlockDocumentReferences.DeepClone(),
        },
    };

    /// <summary>Takes members of the form <c>{"$ref": {"block_document_id": …}}</c> out of the data.</summary>
    private static Refusal? TakeReferences(JsonObject data, out Dictionary<string, Guid> references)
    {
        references = new(StringComparer.Ordinal);
        foreach (var (name, value) in data)
        {
            if (value is not JsonObject holder || !holder.ContainsKey("$ref"))
                continue;
            if (!Guid.TryParse((holder["$ref"] as JsonObject)?["block_document_id"]?.ToString(), out var id))
                return new(StatusCodes.Status400BadRequest, $"The reference in \"{name}\" names no block: give the id of one as block_document_id.");
            references[name] = id;
        }
        foreach (var name in references.Keys)
            data.Remove(name);
        return null;
    }

    private static async ValueTask<Refusal?> MissingAsync(Session session, IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            if (await session.ScalarAsync("select count(*) from block_document where id = @id", ("id", id)).ConfigureAwait(false) == 0)
                return Refusal.Conflict($"Block document {id}, which the block refers to, not found.");
        return null;
    }

    private static async ValueTask<bool> LeadsToAsync(Session session, Guid goal, IEnumerable<Guid> from)
    {
        HashSet<Guid> seen = [];
        for (var next = new Stack<Guid>(from); next.TryPop(out var id);)
        {
            if (id == goal)
                return true;
            if (!seen.Add(id))
                continue;
            foreach (var pointed in await session.QueryAsync("select reference_id from block_document_reference where parent_id = @id", static row => row.Id(0), ("id", id)).ConfigureAwait(false))
                next.Push(pointed);
        }
        return false;
    }

    private static async ValueTask PointAsync(Session session, Guid parent, Dictionary<string, Guid> references)
    {
        foreach (var (name, id) in references)
        {
            await session.ExecuteAsync(
                """
                insert into block_document_reference (parent_id, name, reference_id) values (@parent, @name, @id)
                on conflict (parent_id, name) do update set reference_id = excluded.reference_id
                """,
                ("parent", parent), ("name", name), ("id", id)).ConfigureAwait(false);
        }
    }

    private static async ValueTask UnpointAsync(Session session, Guid parent, List<string>? names)
    {
        if (names is null)
            await session.ExecuteAsync("delete from block_document_reference where parent_id = @parent", ("parent", parent)).ConfigureAwait(false);
        else
            await session.ExecuteAsync($"delete from block_document_reference where parent_id = @parent and {session.Dialect.AnyText("name", "names")}", ("parent", parent), ("names", names)).ConfigureAwait(false);
    }

    private static Stored Read(Row row)
    {
        var schema = BlockSchemasStore.Read(row, 6);
        return new(
            new BlockDocument
            {
                Id = row.Id(0),
                Created = row.Time(1),
                Updated = row.Time(2),
                Name = row.Text(3),
                IsAnonymous = row.Flag(5),
                BlockSchemaId = schema.Id,
                BlockSchema = schema,
                BlockTypeId = schema.BlockTypeId!.Value,
                BlockTypeName = schema.BlockType!.Name,
                BlockType = schema.BlockType,
            },
            row.Text(4));
    }
}
