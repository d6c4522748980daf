using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>Who asked for a cancel is not told of another end: a run that is being cancelled ends as Cancelled only.</summary>
internal static class CancellingEndsCancelled
{
    internal static Verdict Judge(Transition transition) =>
        transition.Initial?.Type == StateType.Cancelling && transition.Proposed.Type != StateType.Cancelled
            ? new Verdict.Reject(transition, "Cannot transition flows that are cancelling to a state other than Cancelled.")
            : new Verdict.Accept(transition);
}
