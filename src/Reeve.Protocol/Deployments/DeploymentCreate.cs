using System.Text.Json;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Deployments;

/// <summary>The body of <c>POST /deployments/</c>: makes the deployment, or replaces the one of this name.</summary>
public sealed record DeploymentCreate
{
    /// <summary>The name, unique within the flow.</summary>
    public required string Name { get; init; }

    /// <summary>The flow.</summary>
    public required Guid FlowId { get; init; }

    /// <summary>True when no schedule is to make runs.</summary>
    public bool Paused { get; init; }

    /// <summary>The 2.x form of <see cref="Paused"/>; false wins.</summary>
    public bool? IsScheduleActive { get; init; }

    /// <summary>The schedules.</summary>
    public IReadOnlyList<DeploymentScheduleCreate>? Schedules { get; init; }

    /// <summary>The 2.x form of a single schedule; used when <see cref="Schedules"/> is absent or empty.</summary>
    public JsonElement? Schedule { get; init; }

    /// <summary>How many runs may be active at once.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>What happens to runs over the limit.</summary>
    public ConcurrencyOptions? ConcurrencyOptions { get; init; }

    /// <summary>A limit that others use too, in the place of <see cref="ConcurrencyLimit"/>.</summary>
    public Guid? GlobalConcurrencyLimitId { get; init; }

    /// <summary>Whether the parameters of a run are checked against the schema; null: true for 3.x clients, false for 2.x ones.</summary>
    public bool? EnforceParameterSchema { get; init; }

    /// <summary>JSON Schema of the flow's parameters.</summary>
    public JsonElement? ParameterOpenapiSchema { get; init; }

    /// <summary>Parameters of each run.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Tags of each run.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Labels of each run.</summary>
    public JsonElement? Labels { get; init; }

    /// <summary>Steps that bring the code to where the run is.</summary>
    public JsonElement? PullSteps { get; init; }

    /// <summary>The work queue; made on first use.</summary>
    public string? WorkQueueName { get; init; }

    /// <summary>The work pool.</summary>
    public string? WorkPoolName { get; init; }

    /// <summary>The storage block of an agent's deployment.</summary>
    public Guid? StorageDocumentId { get; init; }

    /// <summary>The infrastructure block of an agent's deployment.</summary>
    public Guid? InfrastructureDocumentId { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The folder or storage path of the code.</summary>
    public string? Path { get; init; }

    /// <summary>The version that its author gives it; null: that of <see cref="VersionInfo"/>.</summary>
    public string? Version { get; init; }

    /// <summary>Where the version comes from, such as a commit.</summary>
    public VersionInfo? VersionInfo { get; init; }

    /// <summary>The flow within the code.</summary>
    public string? Entrypoint { get; init; }

    /// <summary>Unused; 2.x clients send it.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>Values for the work pool's job template.</summary>
    public JsonElement? JobVariables { get; init; }

    /// <summary>The 2.x name of <see cref="JobVariables"/>; used when that is absent.</summary>
    public JsonElement? InfraOverrides { get; init; }
}

/// <summary>The body of <c>PATCH /deployments/{id}</c>.</summary>
public sealed record DeploymentUpdate
{
    /// <summary>The version.</summary>
    public Optional<string> Version { get; init; }

    /// <summary>Where the version comes from; it names the version where that is not given.</summary>
    public Optional<VersionInfo> VersionInfo { get; init; }

    /// <summary>For people.</summary>
    public Optional<string> Description { get; init; }

    /// <summary>True when no schedule is to make runs.</summary>
    public Optional<bool> Paused { get; init; }

    /// <summary>The 2.x form of <see cref="Paused"/>.</summary>
    public Optional<bool> IsScheduleActive { get; init; }

    /// <summary>The schedules, replacing all; an entry with a known slug may leave out what stays.</summary>
    public Optional<IReadOnlyList<DeploymentScheduleUpdate>> Schedules { get; init; }

    /// <summary>The 2.x form of a single schedule.</summary>
    public Optional<JsonElement?> Schedule { get; init; }

    /// <summary>How many runs may be active at once.</summary>
    public Optional<int?> ConcurrencyLimit { get; init; }

    /// <summary>What happens to runs over the limit.</summary>
    public Optional<ConcurrencyOptions> ConcurrencyOptions { get; init; }

    /// <summary>A limit that others use too.</summary>
    public Optional<Guid?> GlobalConcurrencyLimitId { get; init; }

    /// <summary>Parameters of each run.</summary>
    public Optional<JsonElement?> Parameters { get; init; }

    /// <summary>JSON Schema of the flow's parameters.</summary>
    public Optional<JsonElement?> ParameterOpenapiSchema { get; init; }

    /// <summary>Tags of each run.</summary>
    public Optional<IReadOnlyList<string>> Tags { get; init; }

    /// <summary>The work queue.</summary>
    public Optional<string> WorkQueueName { get; init; }

    /// <summary>The work pool.</summary>
    public Optional<string> WorkPoolName { get; init; }

    /// <summary>The folder or storage path of the code.</summary>
    public Optional<string> Path { get; init; }

    /// <summary>Values for the work pool's job template.</summary>
    public Optional<JsonElement?> JobVariables { get; init; }

    /// <summary>The 2.x name of <see cref="JobVariables"/>.</summary>
    public Optional<JsonElement?> InfraOverrides { get; init; }

    /// <summary>Steps that bring the code to where the run is.</summary>
    public Optional<JsonElement?> PullSteps { get; init; }

    /// <summary>The flow within the code.</summary>
    public Optional<string> Entrypoint { get; init; }

    /// <summary>Unused; 2.x clients send it.</summary>
    public Optional<string> ManifestPath { get; init; }

    /// <summary>The storage block of an agent's deployment.</summary>
    public Optional<Guid?> StorageDocumentId { get; init; }

    /// <summary>The infrastructure block of an agent's deployment.</summary>
    public Optional<Guid?> InfrastructureDocumentId { get; init; }

    /// <summary>Whether the parameters of a run are checked against the schema.</summary>
    public Optional<bool?> EnforceParameterSchema { get; init; }
}
