using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>An ended task run is left only to be run again, and never where its result is kept. Its retries then count anew.</summary>
internal static class TerminalTaskRun
{
    internal static Verdict Judge(TaskRunTransition transition) =>
        transition switch
        {
            { Initial: null } => new Verdict.Accept(transition),
            _ when !transition.Initial.Type.IsTerminal() => new Verdict.Accept(transition),
            { Proposed.Type: StateType.Cancelling or StateType.Paused or StateType.Crashed } =>
                new Verdict.Abort($"Run is already {transition.Initial.Type.ToWire()}."),
            { HasStoredResult: true } => new Verdict.Reject(transition, "This run is already completed."),
            _ when transition.Proposed.Type.IsTerminal() => new Verdict.Accept(transition),
            _ => new Verdict.Accept(Again(transition)),
        };

    private static Transition Again(TaskRunTransition transition)
    {
        var again = transition with { Run = transition.Run with { RunCount = 0 } };
        return transition.Proposed.Type == StateType.Running && transition.FlowRun is { } flowRun && transition.FlowRunRunCount < flowRun.RunCount
            ? again.Rename("Retrying")
            : again;
    }
}
