using System.Text.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A failed task run with retries left waits for the next one. The delay may be a list, one for each retry, and is spread by the jitter.</summary>
internal static class RetryFailedTaskRun
{
    internal static Verdict Judge(TaskRunTransition transition) =>
        transition is { Initial.Type: StateType.Running, Proposed: { Type: StateType.Failed, StateDetails.Retriable: not false } } && transition.Run.RunCount <= Retries(transition.Policy)
            ? new Verdict.Reject(transition, "Retrying", transition.AwaitingRetry(Delay(transition)))
            : new Verdict.Accept(transition);

    // runs of old clients say it in the old fields
    private static int Retries(TaskRunPolicy policy) => policy.Retries ?? (policy.MaxRetries > 0 ? policy.MaxRetries : -1);

    private static double Delay(TaskRunTransition transition)
    {
        var policy = transition.Policy;
        var seconds = policy.RetryDelay switch
        {
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => list[Math.Clamp(transition.Run.RunCount - 1, 0, list.GetArrayLength() - 1)].GetDouble(),
            _ => policy.RetryDelaySeconds,
        };
        return policy.RetryJitterFactor is > 0 and var factor && seconds > 0 ? seconds * Spread(1 + factor, transition.Chance) : seconds;
    }

    // Independent arrivals around the wanted delay, so that many failed runs do not come back at once: exponential, cut to between a lower bound and "most" such that as
    // many come before the median as after it. Far cuts leave the whole distribution.
    private static double Spread(double most, double chance)
    {
        var least = most >= 50 ? 0 : Math.Log2(Math.Pow(2, most) / (Math.Pow(2, most) - 1));
        var (low, high) = (1 - Math.Exp(-least), 1 - Math.Exp(-most));
        return -Math.Log(Math.Max(1 - (low + ((high - low) * chance)), 1e-10));
    }
}
