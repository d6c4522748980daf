using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;

namespace Reeve.Server.Orchestration.Rules;

/// <summary>
/// A run of a limited deployment takes its slot when it becomes Pending, before anything is built for it, and has it until it gives up its process. A run over the limit waits
/// or is cancelled, as the deployment says. A slot that lapsed while the run was Pending is taken anew, if there is one.
/// </summary>
internal static class SecureFlowSlots
{
    internal const string AwaitingSlot = "AwaitingConcurrencySlot";

    private const string Reached = "Deployment concurrency limit reached.";

    internal static Verdict Judge(FlowRunTransition transition) => (transition.Slot, transition.Initial?.Type, transition.Proposed.Type) switch
    {
        ({ } slot, not (StateType.Pending or StateType.Running or StateType.Cancelling), StateType.Pending) => Take(transition, slot),
        ({ } slot, StateType.Pending, StateType.Running) when Held(transition) is { } lease => Begin(transition, slot, lease),
        (_, not null, _) when Held(transition) is { } lease && !Orchestrator.GivesUpItsProcess(transition.Initial, transition.Proposed) => new Verdict.Accept(Carry(transition, lease, SlotUse.None)),
        _ => new Verdict.Accept(transition),
    };

    private static Verdict Take(FlowRunTransition transition, DeploymentSlot slot)
    {
        if (!slot.Limit.Active)
            return new Verdict.Accept(transition);
        if (slot.Limit.Limit == 0)
            return new Verdict.Abort("The deployment concurrency limit is 0. The flow will deadlock if submitted again.");
        if (slot.HasRoom)
            return new Verdict.Accept(Carry(transition, Ids.New(transition.Now), SlotUse.Take));
        return slot.Deployment.CancelsNew
            ? new Verdict.Reject(transition, Reached, transition.NewState(StateType.Cancelled, message: Reached))
            : new Verdict.Reject(transition, Reached, transition.NewState(StateType.Scheduled, AwaitingSlot, scheduledTime: transition.Now + transition.SlotWait));
    }

    private static Verdict Begin(FlowRunTransition transition, DeploymentSlot slot, Guid lease)
    {
        if (slot.IsHeld)
            return new Verdict.Accept(Carry(transition, lease, SlotUse.Keep));
        if (slot.HasRoom)
            return new Verdict.Accept(Carry(transition, Ids.New(transition.Now), SlotUse.TakeToRun));
        // what was built for the run stands already: it cannot wait
        return new Verdict.Reject(
            transition,
            "Deployment concurrency limit reached after lease expiry.",
            transition.NewState(StateType.Cancelled, message: "The deployment's concurrency slot lapsed while the run was pending, and others have all of them now."));
    }

    private static Guid? Held(FlowRunTransition transition) => transition.Initial?.StateDetails.DeploymentConcurrencyLeaseId;

    private static FlowRunTransition Carry(FlowRunTransition transition, Guid lease, SlotUse use) =>
        (FlowRunTransition)(transition with { SlotUse = use }).Amend(details => details with { DeploymentConcurrencyLeaseId = lease });
}
