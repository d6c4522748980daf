using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Protocol.Blocks;

/// <summary>A kind of block.</summary>
public sealed record BlockType
{
    /// <summary>The type's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The unique slug: "secret".</summary>
    public required string Slug { get; init; }

    /// <summary>Address of a picture.</summary>
    public string? LogoUrl { get; init; }

    /// <summary>Address of its documentation.</summary>
    public string? DocumentationUrl { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>How it is used in code.</summary>
    public string? CodeExample { get; init; }

    /// <summary>True when it cannot be changed or deleted.</summary>
    public bool IsProtected { get; init; }
}

/// <summary>The body of <c>POST /block_types/</c>.</summary>
public sealed record BlockTypeCreate
{
    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The unique slug.</summary>
    public required string Slug { get; init; }

    /// <summary>Address of a picture.</summary>
    public string? LogoUrl { get; init; }

    /// <summary>Address of its documentation.</summary>
    public string? DocumentationUrl { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>How it is used in code.</summary>
    public string? CodeExample { get; init; }
}

/// <summary>The fields of a kind of block.</summary>
public sealed record BlockSchema
{
    /// <summary>The schema's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>"sha256:" and the hash of the fields.</summary>
    public required string Checksum { get; init; }

    /// <summary>JSON Schema with "secret_fields" and "block_schema_references".</summary>
    public JsonElement Fields { get; set; } = WireJson.EmptyObject;

    /// <summary>The kind of block.</summary>
    public required Guid? BlockTypeId { get; init; }

    /// <summary>The kind of block.</summary>
    public BlockType? BlockType { get; init; }

    /// <summary>What such a block can do: "get-directory" …</summary>
    public IReadOnlyList<string> Capabilities { get; set; } = [];

    /// <summary>The version of the code that defined it.</summary>
    public string Version { get; set; } = "non-versioned";
}

/// <summary>The body of <c>POST /block_schemas/</c>.</summary>
public sealed record BlockSchemaCreate
{
    /// <summary>JSON Schema.</summary>
    public JsonElement Fields { get; set; } = WireJson.EmptyObject;

    /// <summary>The kind of block.</summary>
    public required Guid BlockTypeId { get; init; }

    /// <summary>What such a block can do.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The version of the code that defines it.</summary>
    public string? Version { get; init; }
}

/// <summary>A block: configuration under a name.</summary>
public sealed record BlockDocument
{
    /// <summary>The block's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The name, unique within the type.</summary>
    public string? Name { get; init; }

    /// <summary>The fields; secret ones read "********" unless asked for.</summary>
    public JsonElement Data { get; set; } = WireJson.EmptyObject;

    /// <summary>The schema.</summary>
    public required Guid BlockSchemaId { get; init; }

    /// <summary>The schema.</summary>
    public BlockSchema? BlockSchema { get; init; }

    /// <summary>The kind of block.</summary>
    public required Guid BlockTypeId { get; init; }

    /// <summary>The kind's name.</summary>
    public string? BlockTypeName { get; init; }

    /// <summary>The kind of block.</summary>
    public BlockType? BlockType { get; init; }

    /// <summary>Blocks that this one points at, by field.</summary>
    public JsonObject BlockDocumentReferences { get; set; } = [];

    /// <summary>True for a block without a name of its own.</summary>
    public bool IsAnonymous { get; init; }
}

/// <summary>The body of <c>POST /block_documents/</c>.</summary>
public sealed record BlockDocumentCreate
{
    /// <summary>The name; compulsory unless anonymous.</summary>
    public string? Name { get; init; }

    /// <summary>The fields.</summary>
    public JsonElement Data { get; set; } = WireJson.EmptyObject;

    /// <summary>The schema.</summary>
    public required Guid BlockSchemaId { get; init; }

    /// <summary>The kind of block.</summary>
    public required Guid BlockTypeId { get; init; }

    /// <summary>True for a block without a name of its own.</summary>
    public bool IsAnonymous { get; init; }
}

/// <summary>The body of <c>PATCH /block_documents/{id}</c>.</summary>
public sealed record BlockDocumentUpdate
{
    /// <summary>Another schema of the same kind.</summary>
    public Guid? BlockSchemaId { get; init; }

    /// <summary>The fields.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>True: fields that are not given stay.</summary>
    public bool MergeExistingData { get; set; } = true;
}
