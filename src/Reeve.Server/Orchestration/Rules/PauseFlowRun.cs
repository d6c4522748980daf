using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>Only a running run pauses, each pause once; a run that gives up its process must be able to come back.</summary>
internal static class PauseFlowRun
{
    internal static Verdict Judge(FlowRunTransition transition) =>
        transition.Proposed.Type != StateType.Paused ? new Verdict.Accept(transition) : Pause(transition, transition.Proposed.Name == "Suspended" ? "suspend" : "pause");

    private static Verdict Pause(FlowRunTransition transition, string verb)
    {
        if (transition.Initial is null)
            return new Verdict.Abort($"Cannot {verb} flows with no state.");
        if (transition.Initial.Type != StateType.Running)
            return new Verdict.Reject(transition, $"Cannot {verb} flows that are not currently running.");
        var key = transition.Proposed.StateDetails.PauseKey ?? transition.Proposed.Id.ToString();
        var met = transition.Policy.PauseKeys ?? [];
        if (met.Contains(key))
            return new Verdict.Reject(transition, $"This {verb} has already fired.");
        if (transition.Proposed.StateDetails.PauseReschedule && transition.ParentTaskRunId is not null)
            return new Verdict.Abort($"Cannot {verb} subflows.");
        if (transition.Proposed.StateDetails.PauseReschedule && transition.DeploymentId is null)
            return new Verdict.Abort($"Cannot {verb} flows without a deployment.");
        return new Verdict.Accept(transition with { Policy = transition.Policy with { PauseKeys = [.. met, key] } });
    }
}
