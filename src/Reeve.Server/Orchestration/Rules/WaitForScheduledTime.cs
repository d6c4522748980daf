using Reeve.Protocol.Runs;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>No run starts before its time, by this server's clock.</summary>
internal static class WaitForScheduledTime
{
    internal static Verdict Judge(Transition transition) =>
        transition is { Initial: { Type: StateType.Scheduled or StateType.Pending, StateDetails.ScheduledTime: { } due }, Proposed.Type: StateType.Running }
        && WholeSeconds(due - transition.Now) is > 0 and var seconds
            ? new Verdict.Wait(seconds, "Scheduled time is in the future")
            : new Verdict.Accept(transition);

    // the wire has whole seconds; half a second is no reason to wait
    private static long WholeSeconds(TimeSpan left) => (long)(Math.Floor(left.TotalSeconds) + Math.Round(left.TotalSeconds - Math.Floor(left.TotalSeconds)));
}
