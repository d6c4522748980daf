using Reeve.Protocol.Filters;

namespace Reeve.Protocol.Runs;

/// <summary>The body of <c>POST /flow_runs/bulk_set_state</c>.</summary>
/// <param name="State">The state proposed to each run.</param>
/// <param name="FlowRuns">Which runs; null: any.</param>
/// <param name="Force">True to pass by the rules.</param>
/// <param name="Limit">At most so many, 1 to 50.</param>
public sealed record BulkSetState(StateCreate State, FlowRunFilter? FlowRuns = null, bool Force = false, int Limit = BulkSetState.Most)
{
    /// <summary>More runs than this are not asked at once.</summary>
    public const int Most = 50;
}

/// <summary>The answer of <c>POST /flow_runs/bulk_set_state</c>.</summary>
/// <param name="Results">One for each run, in the order in which they were asked.</param>
public sealed record BulkSetStateResult(IReadOnlyList<FlowRunOrchestrationResult> Results);

/// <summary>What became of a proposal to one of many runs.</summary>
public sealed record FlowRunOrchestrationResult
{
    /// <summary>The run.</summary>
    public required Guid FlowRunId { get; init; }

    /// <summary>Whether the proposal was taken.</summary>
    public required OrchestrationStatus Status { get; init; }

    /// <summary>The state that the run is now in.</summary>
    public State? State { get; init; }

    /// <summary>Why, and for a wait how long.</summary>
    public required OrchestrationDetails Details { get; init; }
}
