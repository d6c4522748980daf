using System.Text.Json;

namespace Reeve.Protocol.Runs;

/// <summary>A flow: the name that runs and deployments belong to.</summary>
public sealed record Flow
{
    /// <summary>The flow's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the flow was first named.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the flow was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>Tags for filters.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Labels, plain values by key.</summary>
    public JsonElement Labels { get; set; } = WireJson.EmptyObject;
}

/// <summary>The body that names a flow; a known name answers with the flow that has it.</summary>
public sealed record FlowCreate
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>Tags for filters.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Labels, plain values by key.</summary>
    public JsonElement? Labels { get; init; }
}

/// <summary>Changes a flow.</summary>
public sealed record FlowUpdate
{
    /// <summary>The new tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
