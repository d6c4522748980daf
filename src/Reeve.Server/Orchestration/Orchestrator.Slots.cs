using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Orchestration.Rules;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

internal sealed partial class Orchestrator
{
    /// <summary>Whether the verdict may depend on the limit of the run's deployment.</summary>
    private static bool AsksForSlot(State? initial, StateType proposed) => proposed switch
    {
        StateType.Pending => initial?.Type is not (StateType.Pending or StateType.Running or StateType.Cancelling),
        StateType.Running => initial is { Type: StateType.Pending, StateDetails.DeploymentConcurrencyLeaseId: not null },
        _ => false,
    };

    /// <summary>Gives back everything that a flow run and its task runs hold; each freed slot of a deployment goes to the run that has waited longest.</summary>
    private async ValueTask GiveBackSlotsAsync(Session session, Guid flowRunId, DateTimeOffset now)
    {
        var leases = await session.QueryAsync(
            "select id from concurrency_lease where flow_run_id = @run order by id", static row => row.Id(0), ("run", flowRunId)).ConfigureAwait(false);
        var limits = await session.QueryAsync(
            """
            select distinct s.limit_id from concurrency_lease l join concurrency_slot s on s.lease_id = l.id
            where l.flow_run_id = @run and exists (select 1 from deployment d where d.concurrency_limit_id = s.limit_id)
            """,
            static row => row.Id(0), ("run", flowRunId)).ConfigureAwait(false);
        foreach (var lease in leases)
            await ConcurrencySlots.ReleaseAsync(session, lease, now).ConfigureAwait(false);
        foreach (var limit in limits)
            await CallWaitingAsync(session, limit, now).ConfigureAwait(false);
    }

    private static async ValueTask GiveBackTaskSlotsAsync(Session session, Guid taskRunId, DateTimeOffset now)
    {
        foreach (var lease in await session.QueryAsync(
            "select id from concurrency_lease where holder_id = @run and holder_type = 'task_run' order by id", static row => row.Id(0), ("run", taskRunId)).ConfigureAwait(false))
            await ConcurrencySlots.ReleaseAsync(session, lease, now).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes as many of the runs that wait for a slot of this limit due as there is room for: they need not sit out their time. Without a limit to look at, all of them.
    /// </summary>
    internal async ValueTask CallWaitingAsync(Session session, Guid limitId, DateTimeOffset now, bool all = false)
    {
        var limit = (await LimitRows.QueryAsync(session, "where c.id = @id", now, ("id", limitId)).ConfigureAwait(false)).FirstOrDefault();
        if (limit is null)
            return;
        var room = all || !limit.Active ? int.MaxValue : limit.Limit - limit.ActiveSlots;
        if (room <= 0)
            return;
        var waiting = await session.QueryAsync(
            $"""
            select fr.id from flow_run fr where fr.deployment_id in (select d.id from deployment d where d.concurrency_limit_id = @limit)
                and fr.state_type = 'SCHEDULED' and fr.state_name = '{SecureFlowSlots.AwaitingSlot}' and fr.next_scheduled_start_time > @now
            order by fr.expected_start_time, fr.id limit @room {session.Dialect.ForUpdateSkipLocked}
            """,
            static row => row.Id(0), ("limit", limitId), ("now", now), ("room", room)).ConfigureAwait(false);
        foreach (var id in waiting)
        {
            // what shares this transaction may have moved it since
            if (await LoadedFlowRun.LoadAsync(session, id).ConfigureAwait(false) is not { State: { Type: StateType.Scheduled, Name: SecureFlowSlots.AwaitingSlot } state } run)
                continue;
            var due = Propose(
                new StateCreate { Type = StateType.Scheduled, Name = SecureFlowSlots.AwaitingSlot, Message = "A concurrency slot became free.", StateDetails = new StateDetails { ScheduledTime = now } },
                state, now, id, run.ParentTaskRunId);
            await EnterAsync(session, run, run.Policy, due, now).ConfigureAwait(false);
        }
    }
}
