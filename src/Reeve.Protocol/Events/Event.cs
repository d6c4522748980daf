using System.Text.Json;

namespace Reeve.Protocol.Events;

/// <summary>Something that happened to a resource.</summary>
public sealed record Event
{
    /// <summary>The event's id, made by its source.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it happened, by the source's clock.</summary>
    public required DateTimeOffset Occurred { get; init; }

    /// <summary>The name, such as "prefect.flow-run.Completed".</summary>
    [System.Text.Json.Serialization.JsonPropertyName("event")]
    public required string Name { get; init; }

    /// <summary>Labels of the resource; "prefect.resource.id" is compulsory.</summary>
    public required IReadOnlyDictionary<string, string> Resource { get; init; }

    /// <summary>Labels of other resources, each with "prefect.resource.id" and "prefect.resource.role".</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Related { get; set; } = [];

    /// <summary>Free data.</summary>
    public JsonElement Payload { get; set; } = WireJson.EmptyObject;

    /// <summary>The event that this one follows.</summary>
    public Guid? Follows { get; init; }

    /// <summary>When the server received it; null while it is under way.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Received { get; init; }
}
