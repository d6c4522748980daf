using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>A task run takes a slot of each of its limited tags when it runs. Where one is full it waits; a tag with no slots at all would let it wait for ever.</summary>
internal static class SecureTaskSlots
{
    internal static Verdict Judge(TaskRunTransition transition)
    {
        if (transition.Proposed.Type != StateType.Running)
            return new Verdict.Accept(transition);
        if (transition.TagSlots.Find(slot => slot.Deadlocks) is { } closed)
            return new Verdict.Abort(TaskRunSlots.Deadlock(closed.Tag));
        return transition.TagSlots.FindAll(slot => slot.IsFull) is { Count: > 0 } full
            ? new Verdict.Wait((long)Math.Ceiling(transition.SlotWait.TotalSeconds), $"Concurrency limit for the {string.Join(", ", full.Select(slot => slot.Tag))} tag has been reached")
            : new Verdict.Accept(transition);
    }
}
