using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>
/// A failed run that had a stored result and is completed by force gets a result that says "unknown": clients of the 2.x line, whose results these are, would run it again
/// without one.
/// </summary>
internal static class UnknownResult
{
    private static readonly System.Text.Json.JsonElement Unknown = WireJson.Parse(
        """{"type":"unknown","artifact_type":"result","artifact_description":"The result is not known: the run was completed by force.","value":null}""");

    internal static Verdict Judge(Transition transition) =>
        transition is { Initial: { Type: StateType.Failed or StateType.Crashed, Data: { } data }, Proposed.Type: StateType.Completed } && Transition.IsOfType(data, "reference")
            ? new Verdict.Accept(transition with { Proposed = transition.Proposed with { Data = Unknown } })
            : new Verdict.Accept(transition);
}
