using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>Late is said of a Scheduled run, and once.</summary>
internal static class OnlyScheduledIsLate
{
    internal static Verdict Judge(Transition transition) =>
        (transition.Proposed, transition.Initial) switch
        {
            ({ Type: not StateType.Scheduled } or { Name: not "Late" }, _) or (_, null) => new Verdict.Accept(transition),
            (_, { Type: not StateType.Scheduled }) => new Verdict.Reject(transition, "Only scheduled flows can be marked late."),
            (_, { Name: "Late" }) => new Verdict.Reject(transition, "This flow run is already marked late."),
            _ => new Verdict.Accept(transition),
        };
}
