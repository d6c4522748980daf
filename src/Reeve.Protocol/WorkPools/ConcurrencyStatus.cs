using Reeve.Protocol.Runs;

namespace Reeve.Protocol.WorkPools;

/// <summary>The body of <c>POST /work_pools/{name}/concurrency_status</c> and <c>POST /work_queues/{id}/concurrency_status</c>.</summary>
public sealed record ConcurrencyStatusRequest
{
    /// <summary>The page, from 1.</summary>
    public int Page { get; set; } = 1;

    /// <summary>How many queues, or flow runs, a page has; null: 200.</summary>
    public int? Limit { get; init; }

    /// <summary>How many flow runs are told of each queue of a pool, up to 200.</summary>
    public int FlowRunLimit { get; set; } = 10;
}

/// <summary>What is used of a pool's limit.</summary>
public sealed record WorkPoolConcurrencyStatus
{
    /// <summary>Runs Pending, Running or Cancelling.</summary>
    public required int ActiveSlots { get; init; }

    /// <summary>At most so many; null: no limit.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>The page's queues.</summary>
    public IReadOnlyList<WorkQueueConcurrencyStatusDetail> Queues { get; set; } = [];

    /// <summary>How many queues there are.</summary>
    public required int Count { get; init; }

    /// <summary>The size of a page.</summary>
    public required int Limit { get; init; }

    /// <summary>How many pages there are.</summary>
    public required int Pages { get; init; }

    /// <summary>This page.</summary>
    public required int Page { get; init; }
}

/// <summary>What is used of a queue's limit, within its pool's.</summary>
/// <param name="QueueId">The queue.</param>
/// <param name="QueueName">Its name.</param>
/// <param name="ActiveSlots">Runs Pending, Running or Cancelling.</param>
/// <param name="ConcurrencyLimit">At most so many; null: no limit of its own.</param>
/// <param name="FlowRuns">The runs that hold slots, the oldest first, up to the wanted number.</param>
/// <param name="FlowRunCount">How many there are.</param>
public sealed record WorkQueueConcurrencyStatusDetail(
    Guid QueueId, string QueueName, int ActiveSlots, int? ConcurrencyLimit, IReadOnlyList<FlowRunSlotSummary> FlowRuns, int? FlowRunCount);

/// <summary>What is used of a queue's limit.</summary>
public sealed record WorkQueueConcurrencyStatus
{
    /// <summary>Runs Pending, Running or Cancelling.</summary>
    public required int ActiveSlots { get; init; }

    /// <summary>At most so many; null: no limit of its own.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>The page's runs.</summary>
    public IReadOnlyList<FlowRunSlotSummary> FlowRuns { get; set; } = [];

    /// <summary>How many runs hold slots.</summary>
    public required int Count { get; init; }

    /// <summary>The size of a page.</summary>
    public required int Limit { get; init; }

    /// <summary>How many pages there are.</summary>
    public required int Pages { get; init; }

    /// <summary>This page.</summary>
    public required int Page { get; init; }
}

/// <summary>A run that holds a slot.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="StateType">Its state.</param>
/// <param name="StateName">Its state's name.</param>
/// <param name="StartTime">When it first ran.</param>
/// <param name="StateTimestamp">Since when it is in its state.</param>
/// <param name="TimeInCurrentState">The same in seconds.</param>
public sealed record FlowRunSlotSummary(
    Guid Id, string Name, StateType? StateType, string? StateName, DateTimeOffset? StartTime, DateTimeOffset? StateTimestamp, double? TimeInCurrentState);
