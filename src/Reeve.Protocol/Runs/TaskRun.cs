using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Protocol.Runs;

/// <summary>A run of a task, as served.</summary>
public sealed record TaskRun
{
    /// <summary>The run's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the run was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the run was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The run's name, such as "greet-0".</summary>
    public required string Name { get; init; }

    /// <summary>The flow run; null for a background task.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>Names the task.</summary>
    public required string TaskKey { get; init; }

    /// <summary>Tells runs of one task within a flow run apart.</summary>
    public required string DynamicKey { get; init; }

    /// <summary>The key under which the result is cached.</summary>
    public string? CacheKey { get; init; }

    /// <summary>When the cached result expires.</summary>
    public DateTimeOffset? CacheExpiration { get; init; }

    /// <summary>The version of the task's code.</summary>
    public string? TaskVersion { get; init; }

    /// <summary>Retries.</summary>
    public TaskRunPolicy EmpiricalPolicy { get; set; } = new();

    /// <summary>Tags for filters and limits.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Labels, plain values by key.</summary>
    public JsonElement Labels { get; set; } = WireJson.EmptyObject;

    /// <summary>The current state's id.</summary>
    public Guid? StateId { get; init; }

    /// <summary>Where each argument came from.</summary>
    public JsonElement TaskInputs { get; set; } = WireJson.EmptyObject;

    /// <summary>The current state's type.</summary>
    public StateType? StateType { get; init; }

    /// <summary>The current state's name.</summary>
    public string? StateName { get; init; }

    /// <summary>How often the run has entered Running.</summary>
    public int RunCount { get; init; }

    /// <summary>The flow run's run count when the task run last started.</summary>
    public int FlowRunRunCount { get; init; }

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

    /// <summary>Seconds between the expected and the real start.</summary>
    public double EstimatedStartTimeDelta { get; init; }

    /// <summary>The current state.</summary>
    public State? State { get; init; }

    /// <summary>The flow run's name; only <c>/ui/task_runs/{id}</c> tells it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FlowRunName { get; init; }
}

/// <summary>How a task run is retried.</summary>
public sealed record TaskRunPolicy
{
    /// <summary>Old name of <see cref="Retries"/>, kept for clients that read it.</summary>
    public int MaxRetries { get; init; }

    /// <summary>Old name of <see cref="RetryDelay"/>, in seconds.</summary>
    public double RetryDelaySeconds { get; init; }

    /// <summary>How often a failed run is tried again.</summary>
    public int? Retries { get; init; }

    /// <summary>Seconds before a retry: a number, or a list with one number for each retry (the last one repeats).</summary>
    public JsonElement? RetryDelay { get; init; }

    /// <summary>Spreads the delay: up to this share is added.</summary>
    public double? RetryJitterFactor { get; init; }
}

/// <summary>The body of <c>POST /task_runs/</c>.</summary>
public sealed record TaskRunCreate
{
    /// <summary>The id, when the client makes it.</summary>
    public Guid? Id { get; init; }

    /// <summary>The first state; null means Pending.</summary>
    public StateCreate? State { get; init; }

    /// <summary>The run's name; null or empty: the server makes one.</summary>
    public string? Name { get; init; }

    /// <summary>The flow run; null for a background task.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>Names the task.</summary>
    public required string TaskKey { get; init; }

    /// <summary>Unique for the task within the flow run: a second create answers with the first run.</summary>
    public required string DynamicKey { get; init; }

    /// <summary>The key under which the result is cached.</summary>
    public string? CacheKey { get; init; }

    /// <summary>When the cached result expires.</summary>
    public DateTimeOffset? CacheExpiration { get; init; }

    /// <summary>The version of the task's code.</summary>
    public string? TaskVersion { get; init; }

    /// <summary>Retries.</summary>
    public TaskRunPolicy? EmpiricalPolicy { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Labels.</summary>
    public JsonElement? Labels { get; init; }

    /// <summary>Where each argument came from.</summary>
    public JsonElement? TaskInputs { get; init; }
}
