using System.Text.Json;

namespace Reeve.Protocol.Runs;

/// <summary>A run of a flow, as served: the union of the fields of both client lines.</summary>
public sealed record FlowRun
{
    /// <summary>The run's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the run was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the run was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The run's name, such as "brave-otter".</summary>
    public required string Name { get; init; }

    /// <summary>The flow.</summary>
    public required Guid FlowId { get; init; }

    /// <summary>The current state's id.</summary>
    public Guid? StateId { get; init; }

    /// <summary>The deployment that it is a run of.</summary>
    public Guid? DeploymentId { get; init; }

    /// <summary>The deployment's version when the run was made.</summary>
    public string? DeploymentVersion { get; init; }

    /// <summary>The work queue that hands it out.</summary>
    public Guid? WorkQueueId { get; init; }

    /// <summary>The work queue's name.</summary>
    public string? WorkQueueName { get; init; }

    /// <summary>The version of the flow's code.</summary>
    public string? FlowVersion { get; init; }

    /// <summary>Parameters by name.</summary>
    public JsonElement Parameters { get; set; } = WireJson.EmptyObject;

    /// <summary>Unique within the flow: a second create with this key answers with this run.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Free data of clients.</summary>
    public JsonElement Context { get; set; } = WireJson.EmptyObject;

    /// <summary>Retries and pauses.</summary>
    public FlowRunPolicy EmpiricalPolicy { get; set; } = new();

    /// <summary>Tags for filters and limits.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Labels, plain values by key.</summary>
    public JsonElement Labels { get; set; } = WireJson.EmptyObject;

    /// <summary>For a subflow: the task run that stands for it in its parent.</summary>
    public Guid? ParentTaskRunId { get; init; }

    /// <summary>The current state's type.</summary>
    public StateType? StateType { get; init; }

    /// <summary>The current state's name.</summary>
    public string? StateName { get; init; }

    /// <summary>How often the run has entered Running.</summary>
    public int RunCount { get; init; }

    /// <summary>When the run was first expected to start.</summary>
    public DateTimeOffset? ExpectedStartTime { get; init; }

    /// <summary>When the run is to start next, while it is Scheduled.</summary>
    public DateTimeOffset? NextScheduledStartTime { get; init; }

    /// <summary>When the run first entered Running.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When the run ended.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Seconds spent in Running states that have ended.</summary>
    public double TotalRunTime { get; init; }

    /// <summary>Seconds spent in Running states so far.</summary>
    public double EstimatedRunTime { get; init; }

    /// <summary>Seconds between the expected and the real start; live while it has not started.</summary>
    public double EstimatedStartTimeDelta { get; init; }

    /// <summary>True when a schedule made the run.</summary>
    public bool AutoScheduled { get; init; }

    /// <summary>The infrastructure block of an agent's deployment.</summary>
    public Guid? InfrastructureDocumentId { get; init; }

    /// <summary>What identifies the run's infrastructure, such as "host:4711".</summary>
    public string? InfrastructurePid { get; init; }

    /// <summary>Who made the run.</summary>
    public CreatedBy? CreatedBy { get; init; }

    /// <summary>The work pool.</summary>
    public Guid? WorkPoolId { get; init; }

    /// <summary>The work pool's name.</summary>
    public string? WorkPoolName { get; init; }

    /// <summary>The current state.</summary>
    public State? State { get; init; }

    /// <summary>Values for the work pool's job template.</summary>
    public JsonElement? JobVariables { get; set; } = WireJson.EmptyObject;
}

/// <summary>Who made or changed something.</summary>
/// <param name="Id">The maker's id.</param>
/// <param name="Type">"SCHEDULE", "AUTOMATION", "USER" …</param>
/// <param name="DisplayValue">For people.</param>
public sealed record CreatedBy(Guid? Id, string? Type, string? DisplayValue);

/// <summary>How a flow run is retried and which pauses it has met.</summary>
public sealed record FlowRunPolicy
{
    /// <summary>Old name of <see cref="Retries"/>, kept for clients that read it.</summary>
    public int MaxRetries { get; init; }

    /// <summary>Old name of <see cref="RetryDelay"/>, in seconds.</summary>
    public double RetryDelaySeconds { get; init; }

    /// <summary>How often a failed run is tried again.</summary>
    public int? Retries { get; init; }

    /// <summary>Seconds before each retry.</summary>
    public int? RetryDelay { get; init; }

    /// <summary>Pauses that were met.</summary>
    public IReadOnlyList<string>? PauseKeys { get; set; } = [];

    /// <summary>True from a resume until the run is Running again.</summary>
    public bool? Resuming { get; set; } = false;

    /// <summary>"in_process" or "reschedule": how the present retry goes on.</summary>
    public string? RetryType { get; init; }
}
