using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A failed run with retries left waits for the next one in its process.</summary>
internal static class RetryFailedFlowRun
{
    internal static Verdict Judge(FlowRunTransition transition) =>
        transition is { Initial.Type: StateType.Running, Proposed.Type: StateType.Failed } ? Retry(transition) : new Verdict.Accept(transition);

    private static Verdict Retry(FlowRunTransition transition)
    {
        var policy = transition.Policy;
        // runs of old clients say it in the old fields
        var retries = policy.Retries ?? policy.MaxRetries;
        if (retries == 0 && policy.Retries is null || transition.Run.RunCount > retries)
            return new Verdict.Accept(transition with { Policy = policy with { RetryType = null } });
        var again = transition with { Policy = policy with { Resuming = false, PauseKeys = [], RetryType = "in_process" } };
        return new Verdict.Reject(again, "Retrying", transition.AwaitingRetry(policy.RetryDelay ?? policy.RetryDelaySeconds));
    }
}
