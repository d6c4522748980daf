using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary>
/// The only writer of run states. A proposal is judged by the rules; the state, the run's sums, its lease and the event that tells of it are
/// written in the caller's transaction.
/// </summary>
internal sealed partial class Orchestrator(Database database, SlotOptions slots, TimeProvider clock)
{
    /// <summary>Signalled when a flow run became Scheduled: somebody may want to hand it out.</summary>
    internal const string ScheduledTopic = "flow-runs.scheduled";

    /// <summary>Signalled when a flow run is to be cancelled.</summary>
    internal const string CancellingTopic = "flow-runs.cancelling";

    /// <summary>Proposes in a transaction of its own.</summary>
    internal ValueTask<ProposalOutcome> ProposeFlowRunStateAsync(Guid id, SetState proposal, Guid? lease, CancellationToken cancellation) =>
        database.WriteBesideAsync(session => ProposeFlowRunStateAsync(session, id, proposal, lease), cancellation);

    /// <summary>Proposes in a transaction of its own.</summary>
    internal ValueTask<ProposalOutcome> ProposeTaskRunStateAsync(Guid id, SetState proposal, Guid? lease, CancellationToken cancellation) =>
        database.WriteBesideAsync(session => ProposeTaskRunStateAsync(session, id, proposal, lease), cancellation);

    // History is read by time, so a state never has the time of the one before it, whatever the clock says.
    private static State Propose(StateCreate proposed, State? initial, DateTimeOffset now, Guid? flowRunId, Guid? taskRunId, DateTimeOffset? entered = null)
    {
        var moment = entered is { } told && told < now ? told.ToUniversalTime().Cut() : now; // a clock that is ahead of ours counts as ours
        var timestamp = initial is { } before && before.Timestamp >= moment ? before.Timestamp.AddMicroseconds(1) : moment;
        var details = proposed.StateDetails ?? new StateDetails();
        return new()
        {
            Id = Ids.New(now),
            Type = proposed.Type,
            Name = proposed.Name is { Length: > 0 } name ? name : proposed.Type.DefaultName(),
            Timestamp = timestamp,
            Message = proposed.Message,
            Data = proposed.Data,
            StateDetails = details with
            {
                FlowRunId = flowRunId,
                TaskRunId = taskRunId,
                ScheduledTime = (proposed.Type == StateType.Scheduled ? details.ScheduledTime ?? now : details.ScheduledTime)?.Cut(),
            },
        };
    }

    private static ProposalOutcome? Fence(StoredLease? held, Guid? token) => token is null || held?.Token == token
        ? null
        : new ProposalOutcome.Superseded(held is null
            ? "This lease is not known: nobody holds the flow run. Stop this process."
            : held.Superseding);

    private static ProposalOutcome.Answered Answer(Verdict verdict, State? holds, bool stored)
    {
        var (status, details) = verdict switch
        {
            Verdict.Accept => (OrchestrationStatus.Accept, new OrchestrationDetails { Type = "accept_details" }),
            Verdict.Reject reject => (OrchestrationStatus.Reject, new OrchestrationDetails { Type = "reject_details", Reason = reject.Reason }),
            Verdict.Wait wait => (OrchestrationStatus.Wait, new OrchestrationDetails { Type = "wait_details", Reason = wait.Reason, DelaySeconds = wait.Seconds }),
            Verdict.Abort abort => (OrchestrationStatus.Abort, new OrchestrationDetails { Type = "abort_details", Reason = abort.Reason }),
            _ => throw new InvalidOperationException($"No answer for {verdict}."),
        };
        return new(new OrchestrationResult { State = holds, Status = status, Details = details }, stored);
    }
}
