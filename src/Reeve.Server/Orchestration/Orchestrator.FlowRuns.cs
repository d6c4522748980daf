using Reeve.Protocol.Runs;
using Reeve.Server.Artifacts;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Events;
using Reeve.Server.FlowRuns;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

internal sealed partial class Orchestrator
{
    /// <summary>Judges a proposed state of a flow run and writes what holds. Without a token nothing is fenced.</summary>
    internal async ValueTask<ProposalOutcome> ProposeFlowRunStateAsync(Session session, Guid id, SetState proposal, Guid? lease = null)
    {
        if (await LoadedFlowRun.LoadAsync(session, id).ConfigureAwait(false) is not { } run)
            return new ProposalOutcome.NotFound();
        if (Fence(run.Lease, lease) is { } superseded)
            return superseded;
        if (proposal.Entered is not null && LateStates.WhyOver(run, proposal.State, lease) is { } over)
            return new ProposalOutcome.Superseded(over);
        var now = clock.Now();
        var transition = new FlowRunTransition
        {
            RunId = id,
            Initial = run.State,
            Proposed = Propose(proposal.State, run.State, now, id, run.ParentTaskRunId, proposal.Entered),
            Run = run.Run,
            Now = now,
            SlotWait = slots.DeploymentWait,
            Policy = Resumed(run.Policy, proposal.State.Type),
            DeploymentId = run.Facts.Deployment?.Id,
            ParentTaskRunId = run.ParentTaskRunId,
            InfrastructurePid = run.InfrastructurePid,
            Slot = run.Limit is { } limit && !proposal.Force && AsksForSlot(run.State, proposal.State.Type)
                ? await DeploymentSlot.LockAsync(session, limit, run.State?.StateDetails.DeploymentConcurrencyLeaseId, now).ConfigureAwait(false)
                : null,
        };
        var verdict = OrchestrationPolicy.Judge(transition, proposal.Force);
        switch (verdict)
        {
            case Verdict.Accept { Transition: FlowRunTransition accepted }:
                if (accepted is { Slot: { } slot, SlotUse: not SlotUse.None, Proposed.StateDetails.DeploymentConcurrencyLeaseId: { } slotLease })
                    await slot.WriteAsync(session, accepted.SlotUse, id, slotLease, slots, now).ConfigureAwait(false);
                return Answer(verdict, await EnterAsync(session, run, accepted.Policy, accepted.Proposed, now).ConfigureAwait(false), stored: true);
            case Verdict.Reject { Transition: FlowRunTransition rejected, Instead: { } instead }:
                return Answer(verdict, await EnterAsync(session, run, rejected.Policy, instead, now).ConfigureAwait(false), stored: true);
            default:
                return Answer(verdict, run.State, stored: false);
        }
    }

    // the mark of a resume lasts until the run goes on or ends; a rule may set it anew
    private static FlowRunPolicy Resumed(FlowRunPolicy policy, StateType proposed) =>
        policy.Resuming == true && (proposed == StateType.Running || proposed.IsTerminal()) ? policy with { Resuming = false } : policy;

    private async ValueTask<State> EnterAsync(Session session, LoadedFlowRun run, FlowRunPolicy policy, State entered, DateTimeOffset now)
    {
        entered = await ResultArtifacts.KeepAsync(session, entered, run.Id, null, now).ConfigureAwait(false);
        var resumes = run.Policy.Resuming == true;
        var sums = run.Run.Enter(run.State, entered, resumes);
        StateRows.AddFlowRunState(session, run.Id, entered);
        session.Post(
            """
            update flow_run set updated = @now, state_id = @state_id, state_type = @state_type, state_name = @state_name, state_timestamp = @state_timestamp,
                run_count = @run_count, expected_start_time = @expected, next_scheduled_start_time = @next, start_time = @start, end_time = @end,
                total_run_time = @total, empirical_policy = @policy
            where id = @id
            """,
            ("now", now), ("state_id", entered.Id), ("state_type", entered.Type.ToWire()), ("state_name", entered.Name), ("state_timestamp", entered.Timestamp),
            ("run_count", sums.RunCount), ("expected", sums.ExpectedStartTime), ("next", sums.NextScheduledStartTime), ("start", sums.StartTime), ("end", sums.EndTime),
            ("total", sums.TotalRunTime), ("policy", SqlValue.Json(policy)), ("id", run.Id));
        if (run.Lease is { Released: null } && GivesUpItsProcess(run.State, entered))
            await FlowRunLeases.ReleaseAsync(session, run.Id, now).ConfigureAwait(false);
        if (run.HoldsSlots && GivesUpItsProcess(run.State, entered))
            await GiveBackSlotsAsync(session, run.Id, now).ConfigureAwait(false);
        Outbox.Add(session, RunEvents.FlowRunState(run, run.State, entered, sums.RunCount, now));
        if (run.ParentTaskRunId is { } parent)
            await FollowSubflowAsync(session, parent, run.Id, entered, now).ConfigureAwait(false);
        await NoteAsync(session, run.Id, entered, now).ConfigureAwait(false);
        Wake(session, entered.Type);
        return entered;
    }

    /// <summary>Notes what loops have to do because of the state.</summary>
    private static async ValueTask NoteAsync(Session session, Guid flowRunId, State entered, DateTimeOffset now)
    {
        if (entered is { Type: StateType.Paused, StateDetails.PauseTimeout: not null })
            await PauseExpiry.RememberAsync(session, flowRunId, entered).ConfigureAwait(false);
        else if (entered.Type == StateType.Cancelled)
            await CancelledRunChildren.RememberAsync(session, flowRunId, now).ConfigureAwait(false);
    }

    // a retry within the process, and a pause that waits in it, keep the lease
    internal static bool GivesUpItsProcess(State? initial, State entered) => entered.Type switch
    {
        StateType.Scheduled => !(initial?.Type == StateType.Running && entered.Name == "AwaitingRetry"),
        StateType.Paused => entered.StateDetails.PauseReschedule,
        _ => entered.Type.IsTerminal(),
    };

    private static void Wake(Session session, StateType entered)
    {
        if (entered == StateType.Scheduled)
            session.Wake(ScheduledTopic);
        else if (entered == StateType.Cancelling)
            session.Wake(CancellingTopic);
    }

    /// <summary>The task run that stands for a subflow in its parent is always in the subflow's state.</summary>
    private async ValueTask FollowSubflowAsync(Session session, Guid taskRunId, Guid subflowRunId, State entered, DateTimeOffset now)
    {
        if (await LoadedTaskRun.LoadAsync(session, taskRunId).ConfigureAwait(false) is not { } parent)
            return;
        var copy = Propose(
            new StateCreate { Type = entered.Type, Name = entered.Name, Message = entered.Message, Data = entered.Data, StateDetails = entered.StateDetails },
            parent.State, now, parent.FlowRunId, taskRunId);
        await EnterAsync(session, parent, copy with { StateDetails = copy.StateDetails with { ChildFlowRunId = subflowRunId } }, now).ConfigureAwait(false);
    }
}
