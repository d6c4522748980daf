using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>
/// A result is not cached under a key that is too long. The run has ended all the same: its state is stored as proposed, or its client would run the task again.
/// </summary>
internal static class CacheKeyWithinBound
{
    internal const int Longest = 2000;

    internal static Verdict Judge(TaskRunTransition transition) =>
        transition.Proposed is { Type: StateType.Completed, StateDetails.CacheKey.Length: > Longest }
            ? new Verdict.Reject(transition, $"Cache key exceeded maximum allowed length of {Longest} characters.", transition.Proposed)
            : new Verdict.Accept(transition);
}
