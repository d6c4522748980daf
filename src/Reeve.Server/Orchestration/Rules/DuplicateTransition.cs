namespace Reeve.Server.Orchestration.Rules;

/// <summary>A client that did not get its answer proposes again under the same transition id; it is told the state it is in.</summary>
internal static class DuplicateTransition
{
    internal static Verdict Judge(Transition transition) =>
        transition.Initial?.StateDetails.TransitionId is { } made && made == transition.Proposed.StateDetails.TransitionId
            ? new Verdict.Reject(transition, "This run has already made this state transition.")
            : new Verdict.Accept(transition);
}
