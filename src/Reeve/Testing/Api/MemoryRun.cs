using System.Text.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Testing.Api;

/// <summary>A flow run or task run of the API in memory. <see cref="MemoryRuns"/> guards it.</summary>
internal sealed record MemoryRun
{
    public required Guid Id { get; init; }

    public required bool IsTask { get; init; }

    /// <summary>Counts the runs of a host.</summary>
    public required int Number { get; init; }

    public required string Name { get; set; }

    /// <summary>The flow's name, or the task's key.</summary>
    public required string Of { get; init; }

    /// <summary>A second creation under this key finds the run.</summary>
    public required string Key { get; init; }

    /// <summary>For a task run: its flow run.</summary>
    public Guid? FlowRunId { get; init; }

    /// <summary>For a flow run: the task run that stands for it in the flow that called it.</summary>
    public Guid? ParentTaskRunId { get; init; }

    /// <summary>The run whose code made it, as far as it can be seen.</summary>
    public Guid? Maker { get; init; }

    public Guid FlowId { get; init; }

    public string DynamicKey { get; init; } = "";

    public JsonElement Parameters { get; set; } = Protocol.WireJson.EmptyObject;

    public JsonElement Inputs { get; init; } = Protocol.WireJson.EmptyObject;

    public IReadOnlyList<string> Tags { get; set; } = [];

    public FlowRunPolicy FlowPolicy { get; set; } = new();

    public TaskRunPolicy TaskPolicy { get; init; } = new();

    public List<State> States { get; } = [];

    public int RunCount { get; set; }

    /// <summary>For a task run: the flow run's count when it last started.</summary>
    public int FlowRunCount { get; set; }

    public Guid? Lease { get; set; }

    public int Attempt { get; set; }

    public State Current => States[^1];

    public bool HasStoredResult => Current is { Type: StateType.Completed, Data: { ValueKind: JsonValueKind.Object } data }
        && data.EnumerateObject().Any() && !(data.TryGetProperty("type", out var type) && type.ValueEquals("unpersisted"));

    public FlowRun AsFlowRun() => new()
    {
        Id = Id,
        Created = States[0].Timestamp,
        Updated = Current.Timestamp,
        Name = Name,
        FlowId = FlowId,
        Parameters = Parameters,
        ParentTaskRunId = ParentTaskRunId,
        EmpiricalPolicy = FlowPolicy,
        Tags = Tags,
        RunCount = RunCount,
        StateId = Current.Id,
        StateType = Current.Type,
        StateName = Current.Name,
        State = Current,
    };

    public TaskRun AsTaskRun() => new()
    {
        Id = Id,
        Created = States[0].Timestamp,
        Updated = Current.Timestamp,
        Name = Name,
        FlowRunId = FlowRunId,
        TaskKey = Of,
        DynamicKey = DynamicKey,
        EmpiricalPolicy = TaskPolicy,
        Tags = Tags,
        TaskInputs = Inputs,
        RunCount = RunCount,
        FlowRunRunCount = FlowRunCount,
        StateId = Current.Id,
        StateType = Current.Type,
        StateName = Current.Name,
        State = Current,
    };
}
