using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A task whose result is cached under its key is not run again.</summary>
internal static class CachedTaskResult
{
    internal static Verdict Judge(TaskRunTransition transition) =>
        transition is { Proposed.Type: StateType.Running, Cached: { } cached }
            ? new Verdict.Reject(transition, "Retrieved state from cache", Copy(transition, cached))
            : new Verdict.Accept(transition);

    private static State Copy(TaskRunTransition transition, State cached)
    {
        var fresh = transition.NewState(StateType.Completed, "Cached", cached.Message, cached.Data);
        return fresh with { StateDetails = cached.StateDetails with { FlowRunId = fresh.StateDetails.FlowRunId, TaskRunId = fresh.StateDetails.TaskRunId } };
    }
}
