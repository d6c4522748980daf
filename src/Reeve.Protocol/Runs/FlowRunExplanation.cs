namespace Reeve.Protocol.Runs;

/// <summary>The answer of <c>GET /flow_runs/{id}/why</c>: why a run does not run, or what it waits for.</summary>
public sealed record FlowRunExplanation
{
    /// <summary>The run.</summary>
    public required Guid FlowRunId { get; init; }

    /// <summary>The run's name.</summary>
    public required string Name { get; init; }

    /// <summary>The run's state, such as "Late".</summary>
    public string? StateName { get; init; }

    /// <summary>One sentence: the first reason, or that nothing holds the run back.</summary>
    public required string Summary { get; init; }

    /// <summary>Every reason that was found, the weightiest first.</summary>
    public IReadOnlyList<FlowRunReason> Reasons { get; set; } = [];
}

/// <summary>A reason why a run does not run, or does not go on.</summary>
public sealed record FlowRunReason
{
    /// <summary>
    /// What kind of reason: "scheduled_later", "awaiting_retry", "deployment_limit", "deployment_paused", "no_work_pool", "work_pool_paused", "work_queue_paused",
    /// "work_pool_full", "work_queue_full", "no_worker", "not_polled", "due", "tag_limit", "pending", "pending_unwatched", "running", "running_unwatched", "lease_lapsed",
    /// "paused", "waiting_for_input", "suspended", "cancelling", "crashed", "failed" or "ended". More may come.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>Since when it is so, where that is known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Who has what the run waits for: runs that hold slots, the process that holds the run, workers.</summary>
    public IReadOnlyList<ReasonHolder> Holders { get; set; } = [];

    /// <summary>What a run that waits for input is to be told.</summary>
    public IReadOnlyList<ReasonField> Fields { get; set; } = [];

    /// <summary>What can be done about it; null: wait.</summary>
    public string? Hint { get; init; }
}

/// <summary>Who has what a run waits for.</summary>
/// <param name="Type">"flow_run", "task_run", "worker", "lease" or "unnamed".</param>
/// <param name="Id">Its id, where it has one.</param>
/// <param name="Name">Its name.</param>
/// <param name="Since">Since when it has it; of a worker and a lease: when it was last heard of.</param>
public sealed record ReasonHolder(string Type, Guid? Id, string? Name, DateTimeOffset? Since);

/// <summary>One field of the input that a run waits for.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its JSON type, such as "boolean", or "one of …"; null where the schema does not say.</param>
/// <param name="Description">What it is for; null where nobody said.</param>
/// <param name="IsRequired">Whether the input is refused without it.</param>
public sealed record ReasonField(string Name, string? Type, string? Description, bool IsRequired);
