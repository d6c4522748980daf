using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>Cancelling exists to take down infrastructure; a run that has none is Cancelled at once.</summary>
internal static class CancelWithoutInfrastructure
{
    internal static Verdict Judge(FlowRunTransition transition) =>
        (transition.Proposed.Type, transition.Initial) switch
        {
            (StateType.Cancelling, { Type: StateType.Scheduled } initial) when transition.InfrastructurePid is null or "" || initial.Name == "Resuming" =>
                new Verdict.Reject(transition, "Scheduled flow run has no infrastructure to terminate.", transition.NewState(StateType.Cancelled)),
            (StateType.Cancelling, { Type: StateType.Paused, StateDetails.PauseReschedule: true }) =>
                new Verdict.Reject(transition, "Suspended flow run has no infrastructure to terminate.", transition.NewState(StateType.Cancelled)),
            _ => new Verdict.Accept(transition),
        };
}
