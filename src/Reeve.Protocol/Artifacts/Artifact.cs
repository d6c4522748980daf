using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Artifacts;

/// <summary>Something a run has made for people to look at: a table, a text, a link, a progress.</summary>
public sealed record Artifact
{
    /// <summary>The artifact's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>Artifacts of one key are versions of one thing; null: a result, which has no versions.</summary>
    public string? Key { get; init; }

    /// <summary>"markdown", "table", "link", "progress", "image", "result" or a kind of the client's own.</summary>
    public string? Type { get; init; }

    /// <summary>For people, in Markdown.</summary>
    public string? Description { get; init; }

    /// <summary>The content; its form depends on the type.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Texts by key.</summary>
    [JsonPropertyName("metadata_")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The flow run that made it.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>The task run that made it.</summary>
    public Guid? TaskRunId { get; init; }
}

/// <summary>The artifacts of one key: the newest one's content.</summary>
public sealed record ArtifactCollection
{
    /// <summary>The collection's own id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the key was first used.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the newest artifact was made or changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The newest artifact.</summary>
    public required Guid LatestId { get; init; }

    /// <summary>The newest artifact's type.</summary>
    public string? Type { get; init; }

    /// <summary>The newest artifact's description.</summary>
    public string? Description { get; init; }

    /// <summary>The newest artifact's content.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>The newest artifact's metadata.</summary>
    [JsonPropertyName("metadata_")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The flow run that made the newest artifact.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>The task run that made the newest artifact.</summary>
    public Guid? TaskRunId { get; init; }
}

/// <summary>The body of <c>POST /artifacts/</c>.</summary>
public sealed record ArtifactCreate
{
    /// <summary>The key; null: no versions.</summary>
    public string? Key { get; init; }

    /// <summary>The type.</summary>
    public string? Type { get; init; }

    /// <summary>For people, in Markdown.</summary>
    public string? Description { get; init; }

    /// <summary>The content.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Texts by key; what is longer than 500 characters is cut.</summary>
    [JsonPropertyName("metadata_")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The flow run that makes it.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>The task run that makes it.</summary>
    public Guid? TaskRunId { get; init; }
}

/// <summary>The body of <c>PATCH /artifacts/{id}</c>.</summary>
public sealed record ArtifactUpdate
{
    /// <summary>The content.</summary>
    public Optional<JsonElement?> Data { get; init; }

    /// <summary>For people.</summary>
    public Optional<string> Description { get; init; }

    /// <summary>Texts by key.</summary>
    [JsonPropertyName("metadata_")]
    public Optional<IReadOnlyDictionary<string, string>> Metadata { get; init; }
}
