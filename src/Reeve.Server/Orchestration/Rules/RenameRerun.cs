using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A second start is told from a first by its name.</summary>
internal static class RenameRerun
{
    internal static Verdict Judge(Transition transition) =>
        transition is { Initial: { } initial, Proposed.Type: StateType.Running, Run.RunCount: > 0 }
            ? new Verdict.Accept(transition.Rename(initial.Name == "AwaitingRetry" ? "Retrying" : "Rerunning"))
            : new Verdict.Accept(transition);
}
