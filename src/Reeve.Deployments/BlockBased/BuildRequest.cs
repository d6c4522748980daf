using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.BlockBased;

/// <summary>What somebody asks a block-based deployment to be, on the command line of <c>deployment build</c> or as an entry of a file for <c>deploy --from</c>.</summary>
public sealed record BuildRequest
{
    /// <summary>Where it is written.</summary>
    public required MapNode Source { get; init; }

    public required string Entrypoint { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Version { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public MapNode? Parameters { get; init; }

    /// <summary>Null: nothing was said of schedules.</summary>
    public IReadOnlyList<ProjectSchedule>? Schedules { get; init; }

    public bool? IsScheduleActive { get; init; }

    public string? WorkPoolName { get; init; }

    public string? WorkQueueName { get; init; }

    public int? WorkQueueLimit { get; init; }

    /// <summary>Values for single fields of the infrastructure: "env.STAGE", "image".</summary>
    public JsonObject Overrides { get; init; } = [];

    /// <summary>A block by TYPE/NAME.</summary>
    public string? InfrastructureBlock { get; init; }

    /// <summary>A kind of infrastructure with its defaults.</summary>
    public string? InfrastructureType { get; init; }

    /// <summary>TYPE/NAME or TYPE/NAME/PATH.</summary>
    public string? StorageBlock { get; init; }

    public string? Path { get; init; }

    public bool? EnforceParameterSchema { get; init; }

    public SourcePosition At(string key) => Source[key]?.Position ?? Source.Position;
}
