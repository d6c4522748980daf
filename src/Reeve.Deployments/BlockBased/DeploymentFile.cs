using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.BlockBased;

/// <summary>A block-based deployment whole: what <c>deployment build</c> writes and <c>deployment apply</c> reads.</summary>
public sealed record DeploymentFile
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Version { get; init; }

    public string? WorkQueueName { get; init; } = DefaultQueue;

    public string? WorkPoolName { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public JsonObject Parameters { get; init; } = [];

    public IReadOnlyList<ProjectSchedule> Schedules { get; init; } = [];

    public bool? IsScheduleActive { get; init; }

    public JsonObject InfraOverrides { get; init; } = [];

    /// <summary>Null: a process with its defaults.</summary>
    public BlockChoice? Infrastructure { get; init; }

    public required string FlowName { get; init; }

    /// <summary>Null: the code lies on the disk of whoever runs it.</summary>
    public BlockChoice? Storage { get; init; }

    public string? Path { get; init; }

    public required string Entrypoint { get; init; }

    public JsonObject ParameterSchema { get; init; } = [];

    public bool? EnforceParameterSchema { get; init; }

    /// <summary>Where it was read from; null for one that was just built.</summary>
    public MapNode? Source { get; init; }

    /// <summary>A limit for the queue, set when the deployment is applied.</summary>
    public int? WorkQueueLimit { get; init; }

    public string FullName => $"{FlowName}/{Name}";

    /// <summary>The queue of those that name none.</summary>
    public const string DefaultQueue = "default";

    public SourcePosition? At(string key) => (Source?[key] ?? Source)?.Position;
}

/// <summary>A block that a deployment names, or one that is written into it.</summary>
/// <param name="Type">The kind's slug.</param>
/// <param name="Name">The name of a block on the server; null: a block of the deployment's own.</param>
/// <param name="Id">The id of the block on the server, where it is known.</param>
/// <param name="Data">The fields as they are shown: secrets hidden.</param>
public sealed record BlockChoice(string Type, string? Name, Guid? Id, JsonObject Data)
{
    /// <summary>Where the fields were written.</summary>
    public MapNode? Source { get; init; }

    public bool IsNamed => Name is not null || Id is not null;

    public override string ToString() => Name is null ? Type : $"{Type}/{Name}";
}
