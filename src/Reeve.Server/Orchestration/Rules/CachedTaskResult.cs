using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A task whose result is cached under its key is not run again.</summary>
internal static class CachedTaskResult
{
    private const int LongestKey = 2000;

    internal static Verdict Judge(TaskRunTransition transition) =>
        transition is { Proposed.Type: StateType.Running, Cached: { } cached }
            ? new Verdict.Reject(transition, "Retrieved state from cache", Copy(transition, cached))
            : TooLong(transition);

    private static Verdict TooLong(TaskRunTransition transition) =>
        transition.Proposed is { Type: StateType.Completed, StateDetails.CacheKey.Length: > LongestKey }
            ? new Verdict.Reject(transition, $"Cache key exceeded maximum allowed length of {LongestKey} characters.")
            : new Verdict.Accept(transition);

    private static State Copy(TaskRunTransition transition, State cached)
    {
        var fresh = transition.NewState(StateType.Completed, "Cached", cached.Message, cached.Data);
        return fresh with
        {
            StateDetails = cached.StateDetails with { FlowRunId = fresh.StateDetails.FlowRunId, TaskRunId = fresh.StateDetails.TaskRunId, CacheKey = null, CacheExpiration = null },
        };
    }
}
