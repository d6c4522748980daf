using System.Text.Json;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Runs;

namespace Reeve.Protocol.Deployments;

/// <summary>A deployment, as served: the union of the fields of both client lines.</summary>
public sealed record Deployment
{
    /// <summary>The deployment's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The name, unique within the flow.</summary>
    public required string Name { get; init; }

    /// <summary>The version that its author gave it.</summary>
    public string? Version { get; init; }

    /// <summary>Where the version comes from.</summary>
    public VersionInfo? VersionInfo { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The flow.</summary>
    public required Guid FlowId { get; init; }

    /// <summary>True when no schedule makes runs.</summary>
    public bool Paused { get; init; }

    /// <summary>The first schedule, for 2.x clients.</summary>
    public JsonElement? Schedule { get; init; }

    /// <summary>The opposite of <see cref="Paused"/>, for 2.x clients.</summary>
    public bool IsScheduleActive { get; set; } = true;

    /// <summary>The schedules.</summary>
    public IReadOnlyList<DeploymentSchedule> Schedules { get; set; } = [];

    /// <summary>How many runs may be active at once.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>The limit behind <see cref="ConcurrencyLimit"/>.</summary>
    public GlobalLimit? GlobalConcurrencyLimit { get; init; }

    /// <summary>What happens to runs over the limit.</summary>
    public ConcurrencyOptions? ConcurrencyOptions { get; init; }

    /// <summary>Values for the work pool's job template.</summary>
    public JsonElement JobVariables { get; set; } = WireJson.EmptyObject;

    /// <summary>The same as <see cref="JobVariables"/>, for 2.x clients.</summary>
    public JsonElement InfraOverrides { get; set; } = WireJson.EmptyObject;

    /// <summary>Parameters of each run unless it says otherwise.</summary>
    public JsonElement Parameters { get; set; } = WireJson.EmptyObject;

    /// <summary>Tags of each run.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Labels of each run.</summary>
    public JsonElement Labels { get; set; } = WireJson.EmptyObject;

    /// <summary>The work queue.</summary>
    public string? WorkQueueName { get; init; }

    /// <summary>The work queue's id.</summary>
    public Guid? WorkQueueId { get; init; }

    /// <summary>The work pool.</summary>
    public string? WorkPoolName { get; init; }

    /// <summary>When a worker last asked for its runs.</summary>
    public DateTimeOffset? LastPolled { get; init; }

    /// <summary>JSON Schema of the flow's parameters.</summary>
    public JsonElement? ParameterOpenapiSchema { get; init; }

    /// <summary>Whether the parameters of a run are checked against the schema.</summary>
    public bool EnforceParameterSchema { get; init; }

    /// <summary>The folder or storage path of the code.</summary>
    public string? Path { get; init; }

    /// <summary>Steps that bring the code to where the run is.</summary>
    public JsonElement? PullSteps { get; init; }

    /// <summary>The flow within the code: "flows/hello.cs:Hello".</summary>
    public string? Entrypoint { get; init; }

    /// <summary>Unused; 2.x clients expect the field.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>The storage block of an agent's deployment.</summary>
    public Guid? StorageDocumentId { get; init; }

    /// <summary>The infrastructure block of an agent's deployment.</summary>
    public Guid? InfrastructureDocumentId { get; init; }

    /// <summary>Who made it.</summary>
    public CreatedBy? CreatedBy { get; init; }

    /// <summary>Who changed it last.</summary>
    public CreatedBy? UpdatedBy { get; init; }

    /// <summary>"READY" when a worker asked for its runs lately, else "NOT_READY".</summary>
    public string? Status { get; init; }
}

/// <summary>The body of <c>POST /deployments/bulk_delete</c>.</summary>
public sealed record DeploymentBulkDelete
{
    /// <summary>Which; null: all.</summary>
    public Filters.DeploymentFilter? Deployments { get; init; }

    /// <summary>At most so many, 1 to 50.</summary>
    public int Limit { get; set; } = 50;
}

/// <summary>The answer of <c>POST /deployments/bulk_delete</c>.</summary>
/// <param name="Deleted">The ids of those that are gone.</param>
public sealed record DeploymentBulkDeleteResponse(IReadOnlyList<Guid> Deleted);

/// <summary>The body of <c>POST /deployments/{id}/schedule</c>: which runs to make ahead, or after the fact.</summary>
public sealed record DeploymentScheduling
{
    /// <summary>No run before; null: now.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>No run after; null: as far as the server plans.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>All runs of so many seconds from the start; null: as the server plans.</summary>
    public double? MinTime { get; init; }

    /// <summary>At least so many of each schedule; null: as the server plans.</summary>
    public int? MinRuns { get; init; }

    /// <summary>At most so many of each schedule; null: as the server plans.</summary>
    public int? MaxRuns { get; init; }
}

/// <summary>The body of <c>POST /deployments/get_scheduled_flow_runs</c>.</summary>
public sealed record ScheduledDeploymentRuns
{
    /// <summary>The deployments that the caller serves.</summary>
    public required IReadOnlyList<Guid> DeploymentIds { get; init; }

    /// <summary>Only runs due before; null: all.</summary>
    public DateTimeOffset? ScheduledBefore { get; init; }

    /// <summary>At most so many.</summary>
    public int? Limit { get; init; }

    /// <summary>Runs that the caller knows of already and does not wait for; only Reeve's server reads it.</summary>
    public IReadOnlyList<Guid>? ExcludeIds { get; init; }
}

/// <summary>The answer of <c>POST /deployments/{id}/create_flow_run/bulk</c>, in the order of the request.</summary>
/// <param name="Results">What became of each.</param>
public sealed record FlowRunBulkCreateResponse(IReadOnlyList<FlowRunCreateResult> Results);

/// <summary>What became of one run of a bulk create.</summary>
/// <param name="FlowRunId">The run, where there is one.</param>
/// <param name="Status">"CREATED" or "FAILED".</param>
/// <param name="Error">Why there is none.</param>
public sealed record FlowRunCreateResult(Guid? FlowRunId, string Status, string? Error);
