using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>The place of a background task's parameters goes from state to state until it runs.</summary>
internal static class CopyTaskParameters
{
    internal static Verdict Judge(Transition transition) =>
        transition is
        {
            Initial: { Type: StateType.Scheduled or StateType.Pending, StateDetails.TaskParametersId: { } parameters },
            Proposed: { Type: StateType.Pending or StateType.Running, StateDetails.TaskParametersId: null },
        }
            ? new Verdict.Accept(transition.Amend(details => details with { TaskParametersId = parameters }))
            : new Verdict.Accept(transition);
}
