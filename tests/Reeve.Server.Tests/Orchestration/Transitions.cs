using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;

namespace Reeve.Server.Tests.Orchestration;

/// <summary>Transitions to be judged.</summary>
internal static class Transitions
{
    internal static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal static FlowRunTransition FlowRun(string initial, string proposed) => new()
    {
        RunId = Guid.NewGuid(),
        Initial = initial == "none" ? null : State(initial, Now.AddMinutes(-1)),
        Proposed = State(proposed, Now),
        Run = new Projection(),
        Now = Now,
        Policy = new FlowRunPolicy(),
        DeploymentId = Guid.NewGuid(),
    };

    internal static TaskRunTransition TaskRun(string initial, string proposed) => new()
    {
        RunId = Guid.NewGuid(),
        Initial = initial == "none" ? null : State(initial, Now.AddMinutes(-1)),
        Proposed = State(proposed, Now),
        Run = new Projection(),
        Now = Now,
        Policy = new TaskRunPolicy(),
        FlowRun = new EnclosingFlowRun(Guid.NewGuid(), StateType.Running, 1, null, false),
    };

    internal static State State(string type, DateTimeOffset at, string? name = null, string? data = null)
    {
        var parsed = StateRows.Type(type);
        return new State
        {
            Id = Guid.CreateVersion7(at),
            Type = parsed,
            Name = name ?? parsed.DefaultName(),
            Timestamp = at,
            Data = data is null ? (JsonElement?)null : WireJson.Parse(data),
            StateDetails = new StateDetails { ScheduledTime = parsed == StateType.Scheduled ? at : null },
        };
    }
}
