using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A paused run goes on, is scheduled anew, is cancelled or ends; past its time-out it fails.</summary>
internal static class ResumeFlowRun
{
    internal static Verdict Judge(FlowRunTransition transition) =>
        transition.Initial?.Type != StateType.Paused ? new Verdict.Accept(transition) : Resume(transition, transition.Initial);

    private static Verdict Resume(FlowRunTransition transition, State paused)
    {
        var proposed = transition.Proposed;
        if (proposed.Type == StateType.Cancelling) // a process waits in the pause and has to be ended
            return new Verdict.Accept(transition);
        var display = proposed.Name.ToLowerInvariant();
        if (proposed.Type is not (StateType.Running or StateType.Scheduled) && !proposed.Type.IsTerminal())
            return new Verdict.Reject(transition, $"This run cannot transition to the {proposed.Type.ToWire()} state from the {paused.Type.ToWire()} state.");
        if (paused.StateDetails.PauseReschedule && transition.DeploymentId is null)
            return new Verdict.Reject(transition, $"Cannot reschedule a {display} flow run without a deployment.");
        if (paused.StateDetails.PauseTimeout is { } timeout && timeout < transition.Now)
            return new Verdict.Reject(
                transition,
                "The flow run pause has timed out and can no longer resume.",
                transition.NewState(StateType.Failed, message: $"The flow was {paused.Name.ToLowerInvariant()} and never resumed."));
        return new Verdict.Accept(transition with { Policy = transition.Policy with { Resuming = true } });
    }
}
