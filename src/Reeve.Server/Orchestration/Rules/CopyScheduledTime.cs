using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A run that was handed out before its time still knows its time.</summary>
internal static class CopyScheduledTime
{
    internal static Verdict Judge(Transition transition) =>
        transition is { Initial.Type: StateType.Scheduled, Proposed: { Type: StateType.Pending, StateDetails.ScheduledTime: null } }
            ? new Verdict.Accept(transition.Amend(details => details with { ScheduledTime = transition.Initial.StateDetails.ScheduledTime }))
            : new Verdict.Accept(transition);
}
