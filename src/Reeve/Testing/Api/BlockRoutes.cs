using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;

namespace Reeve.Testing.Api;

/// <summary>Kinds of blocks, their schemas, and blocks by kind and name. Nothing is hidden: a test's secrets are no secrets.</summary>
internal static class BlockRoutes
{
    public static void Add(RouteTable routes, MemoryStore store)
    {
        routes.Add("POST block_types", call => store.Read(_ =>
        {
            var create = call.Read<BlockTypeCreate>();
            return store.BlockTypes.ContainsKey(create.Slug)
                ? MemoryReply.Problem(409, $"A block type with the slug {create.Slug} already exists.")
                : MemoryReply.Made(store.TypeOf(create.Slug, create.Name));
        }));
        routes.Add("GET block_types/slug/*", call => MemoryReply.Found(store.Read(s => s.BlockTypes.GetValueOrDefault(call.Text(2))), "Block type"));
        routes.Add("PATCH block_types/*", call => store.Read(s => s.BlockTypes.Values.Any(type => type.Id == call.Id)) ? MemoryReply.Nothing : MemoryReply.NotFound("Block type"));
        routes.Add("POST block_schemas", call => store.Read(_ =>
        {
            var create = call.Read<BlockSchemaCreate>();
            return MemoryReply.Made(store.SchemaOf(create.BlockTypeId, create.Fields));
        }));
        routes.Add("GET block_schemas/checksum/*", call => MemoryReply.Found(store.Read(s => s.BlockSchemas.Find(one => one.Checksum == call.Text(2))), "Block schema"));
        routes.Add("POST block_documents", call => Create(store, call.Read<BlockDocumentCreate>()));
        routes.Add("GET block_documents/*", call => MemoryReply.Found(store.Read(s => s.Blocks.Find(one => one.Id == call.Id)), "Block document"));
        routes.Add("PATCH block_documents/*", call => Update(store, call));
        routes.Add("DELETE block_documents/*", call => store.Read(s => s.Blocks.RemoveAll(one => one.Id == call.Id)) > 0 ? MemoryReply.Nothing : MemoryReply.NotFound("Block document"));
        routes.Add("GET block_types/slug/*/block_documents/name/*", call => MemoryReply.Found(
            store.Read(s => s.Blocks.Find(one => one.BlockType?.Slug == call.Text(2) && one.Name == call.Text(5))), "Block document"));
    }

    /// <summary>The kind of a slug, made if it is new.</summary>
    public static BlockType TypeOf(this MemoryStore store, string slug, string name) => store.BlockTypes.TryGetValue(slug, out var type)
        ? type
        : store.BlockTypes[slug] = new BlockType { Id = store.NewId(), Created = store.Now, Updated = store.Now, Name = name, Slug = slug };

    /// <summary>The schema of a kind with these fields, made if it is new.</summary>
    public static BlockSchema SchemaOf(this MemoryStore store, Guid type, JsonElement fields)
    {
        var checksum = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fields.GetRawText())));
        if (store.BlockSchemas.Find(one => one.BlockTypeId == type && one.Checksum == checksum) is { } known)
            return known;
        var kind = store.BlockTypes.Values.FirstOrDefault(one => one.Id == type);
        var schema = new BlockSchema { Id = store.NewId(), Created = store.Now, Updated = store.Now, Checksum = checksum, Fields = fields, BlockTypeId = type, BlockType = kind };
        store.BlockSchemas.Add(schema);
        return schema;
    }

    /// <summary>Keeps a block.</summary>
    public static BlockDocument Keep(this MemoryStore store, string? name, BlockSchema schema, JsonElement data)
    {
        var block = new BlockDocument
        {
            Id = store.NewId(),
            Created = store.Now,
            Updated = store.Now,
            Name = name,
            Data = data,
            BlockSchemaId = schema.Id,
            BlockSchema = schema,
            BlockTypeId = schema.BlockTypeId!.Value,
            BlockTypeName = schema.BlockType?.Name,
            BlockType = schema.BlockType,
            IsAnonymous = name is null,
        };
        store.Blocks.Add(block);
        return block;
    }

    private static MemoryReply Create(MemoryStore store, BlockDocumentCreate create) => store.Read(_ =>
    {
        if (store.BlockSchemas.Find(one => one.Id == create.BlockSchemaId) is not { } schema)
            return MemoryReply.NotFound("Block schema");
        return create.Name is { } name && store.Blocks.Exists(one => one.BlockTypeId == create.BlockTypeId && one.Name == name)
            ? MemoryReply.Problem(409, $"A block with the name {name} already exists.")
            : MemoryReply.Made(store.Keep(create.Name, schema, create.Data));
    });

    private static MemoryReply Update(MemoryStore store, MemoryCall call) => store.Read(_ =>
    {
        var index = store.Blocks.FindIndex(one => one.Id == call.Id);
        if (index < 0)
            return MemoryReply.NotFound("Block document");
        var (old, update) = (store.Blocks[index], call.Read<BlockDocumentUpdate>());
        var schema = store.BlockSchemas.Find(one => one.Id == (update.BlockSchemaId ?? old.BlockSchemaId));
        store.Blocks[index] = old with
        {
            Updated = store.Now,
            BlockSchemaId = schema?.Id ?? old.BlockSchemaId,
            BlockSchema = schema,
            Data = update.Data is not { } data ? old.Data : update.MergeExistingData ? Merged(old.Data, data) : data,
        };
        return MemoryReply.Nothing;
    });

    private static JsonElement Merged(JsonElement old, JsonElement data)
    {
        var merged = JsonObject.Create(old) ?? [];
        foreach (var member in data.EnumerateObject())
            merged[member.Name] = JsonValue.Create(member.Value);
        return WireJson.Parse(merged.ToJsonString());
    }
}
