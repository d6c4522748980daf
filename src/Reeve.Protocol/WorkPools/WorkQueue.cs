using System.Text.Json;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Protocol.WorkPools;

/// <summary>A queue of a work pool.</summary>
public sealed record WorkQueue
{
    /// <summary>The queue's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The name, unique within the pool.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; set; } = "";

    /// <summary>True when no run is handed out.</summary>
    public bool IsPaused { get; init; }

    /// <summary>At most so many runs Pending or Running.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>1 is served first.</summary>
    public int Priority { get; set; } = 1;

    /// <summary>The pool.</summary>
    public Guid? WorkPoolId { get; init; }

    /// <summary>Old filter of agents' queues.</summary>
    public QueueFilter? Filter { get; init; }

    /// <summary>When a worker last asked.</summary>
    public DateTimeOffset? LastPolled { get; init; }

    /// <summary>The pool's name.</summary>
    public string? WorkPoolName { get; init; }

    /// <summary>"READY", "NOT_READY" or "PAUSED".</summary>
    public string? Status { get; init; }

    /// <summary>Runs Pending, Running or Cancelling.</summary>
    public int? ActiveSlots { get; init; }
}

/// <summary>The body of <c>POST /work_pools/{name}/queues/</c>.</summary>
public sealed record WorkQueueCreate
{
    /// <summary>Which runs an agent's queue takes, instead of those that name it.</summary>
    public QueueFilter? Filter { get; init; }

    /// <summary>The name, unique within the pool.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>True when no run is to be handed out.</summary>
    public bool IsPaused { get; init; }

    /// <summary>At most so many runs Pending or Running.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>1 is served first; null: after the others.</summary>
    public int? Priority { get; init; }
}

/// <summary>The body of <c>PATCH /work_pools/{name}/queues/{queue}</c>.</summary>
public sealed record WorkQueueUpdate
{
    /// <summary>Which runs an agent's queue takes, instead of those that name it.</summary>
    public Optional<QueueFilter> Filter { get; init; }

    /// <summary>When an agent last asked.</summary>
    public Optional<DateTimeOffset?> LastPolled { get; init; }

    /// <summary>The name.</summary>
    public Optional<string> Name { get; init; }

    /// <summary>For people.</summary>
    public Optional<string> Description { get; init; }

    /// <summary>True when no run is to be handed out.</summary>
    public Optional<bool> IsPaused { get; init; }

    /// <summary>At most so many runs Pending or Running.</summary>
    public Optional<int?> ConcurrencyLimit { get; init; }

    /// <summary>1 is served first.</summary>
    public Optional<int?> Priority { get; init; }
}

/// <summary>Which runs the queue of a 2.x agent takes; what is null does not restrict.</summary>
/// <param name="Tags">Runs with all of these tags.</param>
/// <param name="DeploymentIds">Runs of these deployments.</param>
public sealed record QueueFilter(IReadOnlyList<string>? Tags = null, IReadOnlyList<Guid>? DeploymentIds = null);

/// <summary>A worker of a pool.</summary>
public sealed record Worker
{
    /// <summary>The worker's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was first heard of.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The name, unique within the pool.</summary>
    public required string Name { get; init; }

    /// <summary>The pool.</summary>
    public required Guid WorkPoolId { get; init; }

    /// <summary>When it was last heard of.</summary>
    public DateTimeOffset? LastHeartbeatTime { get; init; }

    /// <summary>How often it says that it lives, in seconds; a part of one counts as a whole.</summary>
    public int? HeartbeatIntervalSeconds { get; init; }

    /// <summary>"ONLINE" or "OFFLINE".</summary>
    public string Status { get; set; } = "OFFLINE";
}

/// <summary>The body of <c>POST /work_pools/{name}/workers/heartbeat</c>.</summary>
/// <param name="Name">The worker's name.</param>
/// <param name="HeartbeatIntervalSeconds">How many seconds lie between two words that it lives.</param>
public sealed record WorkerHeartbeat(string Name, double? HeartbeatIntervalSeconds = null);

/// <summary>The body of <c>POST /work_pools/{name}/get_scheduled_flow_runs</c>.</summary>
public sealed record ScheduledFlowRunsRequest
{
    /// <summary>Only from these queues; null or empty: all.</summary>
    public IReadOnlyList<string>? WorkQueueNames { get; init; }

    /// <summary>Only runs due before; null: all.</summary>
    public DateTimeOffset? ScheduledBefore { get; init; }

    /// <summary>Only runs due after.</summary>
    public DateTimeOffset? ScheduledAfter { get; init; }

    /// <summary>The agent that asks; 2.x agents name themselves.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>At most so many.</summary>
    public int? Limit { get; init; }
}

/// <summary>A run that a worker may propose Pending for.</summary>
/// <param name="WorkPoolId">The pool.</param>
/// <param name="WorkQueueId">The queue.</param>
/// <param name="FlowRun">The run.</param>
public sealed record WorkerFlowRun(Guid WorkPoolId, Guid WorkQueueId, FlowRun FlowRun);

/// <summary>The answer of <c>GET /work_queues/{id}/status</c>.</summary>
/// <param name="Healthy">Whether the policy holds.</param>
/// <param name="LateRunsCount">Runs that wait past their time.</param>
/// <param name="LastPolled">When a worker last asked.</param>
/// <param name="HealthCheckPolicy">What was held against it.</param>
public sealed record WorkQueueStatusDetail(bool Healthy, int LateRunsCount, DateTimeOffset? LastPolled, WorkQueueHealthPolicy HealthCheckPolicy);

/// <summary>When a queue is well.</summary>
/// <param name="MaximumLateRuns">More late runs are not well.</param>
/// <param name="MaximumSecondsSinceLastPolled">A longer silence is not well.</param>
public sealed record WorkQueueHealthPolicy(int? MaximumLateRuns, int? MaximumSecondsSinceLastPolled);
