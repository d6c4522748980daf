using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>
/// An ended run is left only to be run again: at once where it has no deployment, by a new schedule where it has one. A kept result is not thrown
/// away by a rerun, nor by a Completed without one.
/// </summary>
internal static class TerminalFlowRun
{
    internal static Verdict Judge(FlowRunTransition transition) =>
        transition.Initial?.Type.IsTerminal() == true ? Leave(transition, transition.Initial, transition.Proposed) : new Verdict.Accept(transition);

    private static Verdict Leave(FlowRunTransition transition, State initial, State proposed)
    {
        if (proposed.Type is StateType.Cancelling or StateType.Paused or StateType.Crashed)
            return new Verdict.Abort($"Run is already in terminal state {initial.Type.ToWire()}.");
        if (transition.HasStoredResult && !proposed.Type.IsTerminal())
            return new Verdict.Reject(transition, "Run is already COMPLETED.");
        if (transition.HasStoredResult && proposed.Type == StateType.Completed && !transition.ProposesStoredResult)
            return new Verdict.Reject(transition, "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.");
        if (proposed.Type == StateType.Scheduled && transition.DeploymentId is null)
            return new Verdict.Abort("Cannot reschedule a run without an associated deployment.");
        if (proposed.Type.IsTerminal())
            return new Verdict.Accept(transition);
        var retryType = proposed.Type == StateType.Scheduled ? "reschedule" : null;
        return new Verdict.Accept(transition with { Policy = transition.Policy with { Resuming = false, PauseKeys = [], RetryType = retryType } });
    }
}
