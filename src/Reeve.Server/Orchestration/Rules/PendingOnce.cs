using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>
/// Pending is taken once: of two that want to start a run, the second is sent away. A run in Pending may go on to a sub-state with a name of
/// its own (Submitting, InfrastructurePending).
/// </summary>
internal static class PendingOnce
{
    internal static Verdict Judge(Transition transition) =>
        (transition.Initial, transition.Proposed.Type) switch
        {
            (_, not StateType.Pending) or (null, _) => new Verdict.Accept(transition),
            ({ Type: StateType.Pending } initial, _) when transition.Proposed.Name != "Pending" && transition.Proposed.Name != initial.Name =>
                new Verdict.Accept(transition.Amend(details => details with
                {
                    ScheduledTime = initial.StateDetails.ScheduledTime,
                    DeploymentConcurrencyLeaseId = initial.StateDetails.DeploymentConcurrencyLeaseId,
                })),
            ({ Type: StateType.Pending or StateType.Running or StateType.Cancelling or StateType.Cancelled } initial, _) =>
                new Verdict.Abort($"This run is in a {initial.Type.ToWire()} state and cannot transition to a PENDING state."),
            _ => new Verdict.Accept(transition),
        };
}
