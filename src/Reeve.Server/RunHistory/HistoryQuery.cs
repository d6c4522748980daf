using System.Text.Json.Serialization;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Server.RunHistory;

/// <summary>The body of <c>/flow_runs/history</c> and <c>/task_runs/history</c>.</summary>
internal sealed record HistoryQuery
{
    public required DateTimeOffset HistoryStart { get; init; }

    public required DateTimeOffset HistoryEnd { get; init; }

    [JsonPropertyName("history_interval_seconds")]
    public required double Seconds { get; init; }

    public FlowFilter? Flows { get; init; }

    public FlowRunFilter? FlowRuns { get; init; }

    public TaskRunFilter? TaskRuns { get; init; }

    public DeploymentFilter? Deployments { get; init; }

    public WorkPoolFilter? WorkPools { get; init; }

    public WorkQueueFilter? WorkQueues { get; init; }

    [JsonIgnore]
    public Query Criteria => new() { Flows = Flows, FlowRuns = FlowRuns, TaskRuns = TaskRuns, Deployments = Deployments, WorkPools = WorkPools, WorkQueues = WorkQueues };
}

/// <summary>What was expected to start in one interval.</summary>
internal sealed record HistoryInterval(DateTimeOffset IntervalStart, DateTimeOffset IntervalEnd, List<HistoryState> States);

/// <summary>The runs of one interval that are in one state.</summary>
internal sealed record HistoryState(StateType StateType, string StateName, long CountRuns, double SumEstimatedRunTime, double SumEstimatedLateness);
