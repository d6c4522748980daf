using System.Text.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A failed task run with retries left waits for the next one. The delay may be a list, one for each retry, and is spread by the jitter.</summary>
internal static class RetryFailedTaskRun
{
    internal static Verdict Judge(TaskRunTransition transition) =>
        transition is { Initial.Type: StateType.Running, Proposed: { Type: StateType.Failed, StateDetails.Retriable: not false } }
        && transition.Policy.Retries is { } retries && transition.Run.RunCount <= retries
            ? new Verdict.Reject(transition, "Retrying", transition.AwaitingRetry(Delay(transition)))
            : new Verdict.Accept(transition);

    private static double Delay(TaskRunTransition transition)
    {
        var seconds = transition.Policy.RetryDelay switch
        {
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => list[Math.Clamp(transition.Run.RunCount - 1, 0, list.GetArrayLength() - 1)].GetDouble(),
            _ => 0,
        };
        if (transition.Policy.RetryJitterFactor is not (> 0 and var factor) || seconds <= 0)
            return seconds;
        // independent arrivals around the wanted delay, so that many failed runs do not come back at once
        var spread = -seconds * Math.Log(1 - Math.Min(transition.Chance, 0.999999));
        return Math.Clamp(spread, seconds / (1 + factor), seconds * (1 + factor));
    }
}
