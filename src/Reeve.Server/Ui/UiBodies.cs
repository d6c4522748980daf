using System.Text.Json.Serialization;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Ui;

/// <summary>A flow run as a dot in a chart.</summary>
internal sealed record SimpleFlowRun(Guid Id, StateType? StateType, DateTimeOffset? Timestamp, double Duration, double Lateness);

/// <summary>A flow's next run.</summary>
internal sealed record SimpleNextFlowRun(Guid Id, Guid FlowId, string Name, string StateName, StateType StateType, DateTimeOffset NextScheduledStartTime);

internal sealed record FlowRunIds
{
    [JsonPropertyName("flow_run_ids")]
    public required IReadOnlyList<Guid> Ids { get; init; }
}

internal sealed record FlowIds
{
    [JsonPropertyName("flow_ids")]
    public required IReadOnlyList<Guid> Ids { get; init; }
}

/// <summary>Task runs of one twentieth of the time that was asked for.</summary>
internal sealed record TaskRunCount(long Completed, long Failed);
