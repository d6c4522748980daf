using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Runs;

/// <summary>A state in a run's history, as stored.</summary>
public sealed record State
{
    /// <summary>The state's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The kind of state.</summary>
    public required StateType Type { get; init; }

    /// <summary>The name shown to people: the type's own, or a sub-type such as "Late", "AwaitingRetry", "Submitting".</summary>
    public required string Name { get; init; }

    /// <summary>When the run entered the state.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>A sentence for people: the exception, the evidence of a crash.</summary>
    public string? Message { get; init; }

    /// <summary>The result, or a reference to it, as the client wrote it.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>What the rules need to know.</summary>
    public StateDetails StateDetails { get; set; } = new();
}

/// <summary>A state that a client proposes.</summary>
public sealed record StateCreate
{
    /// <summary>The kind of state.</summary>
    public required StateType Type { get; init; }

    /// <summary>The name; null means the type's own.</summary>
    public string? Name { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>The result, or a reference to it.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>What the rules need to know; null means nothing.</summary>
    public StateDetails? StateDetails { get; init; }
}

/// <summary>The details of a state that orchestration reads and writes.</summary>
public sealed record StateDetails
{
    /// <summary>The run that the state belongs to.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>The task run that the state belongs to.</summary>
    public Guid? TaskRunId { get; init; }

    /// <summary>For the task run that stands for a subflow: the subflow's run.</summary>
    public Guid? ChildFlowRunId { get; init; }

    /// <summary>When a Scheduled run is to start.</summary>
    public DateTimeOffset? ScheduledTime { get; init; }

    /// <summary>The key under which a task's result is cached.</summary>
    public string? CacheKey { get; init; }

    /// <summary>When the cached result expires.</summary>
    public DateTimeOffset? CacheExpiration { get; init; }

    /// <summary>True for a background task run that a task worker will take.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] // null and absent differ
    public bool? Deferred { get; set; } = false;

    /// <summary>True when the result cannot be tracked through the state.</summary>
    public bool UntrackableResult { get; init; }

    /// <summary>When a pause ends by itself.</summary>
    public DateTimeOffset? PauseTimeout { get; init; }

    /// <summary>True when a paused run gives up its process (is suspended).</summary>
    public bool PauseReschedule { get; init; }

    /// <summary>Names the pause, so that each is honoured once.</summary>
    public string? PauseKey { get; init; }

    /// <summary>The keys of the input that the run waits for.</summary>
    public Dictionary<string, string>? RunInputKeyset { get; init; }

    /// <summary>True when the cached result must not be used.</summary>
    public bool? RefreshCache { get; init; }

    /// <summary>False when a failure must not be retried.</summary>
    public bool? Retriable { get; init; }

    /// <summary>Names the proposal, so that it can be repeated safely.</summary>
    public Guid? TransitionId { get; init; }

    /// <summary>Where the parameters of a background task are stored.</summary>
    public Guid? TaskParametersId { get; init; }

    /// <summary>The W3C trace context.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The lease of the deployment's concurrency slot.</summary>
    public Guid? DeploymentConcurrencyLeaseId { get; init; }
}
