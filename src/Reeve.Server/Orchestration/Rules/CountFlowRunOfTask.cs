using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A task run knows in which run of its flow it last started: a later one retries it.</summary>
internal static class CountFlowRunOfTask
{
    internal static Verdict Judge(TaskRunTransition transition) =>
        transition is { Proposed.Type: StateType.Running, FlowRun: { } flowRun }
            ? new Verdict.Accept(transition with { FlowRunRunCount = flowRun.RunCount })
            : new Verdict.Accept(transition);
}
