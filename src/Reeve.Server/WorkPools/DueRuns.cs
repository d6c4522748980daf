using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.FlowRuns;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>
/// The runs that a pool may hand out: of queues that are not paused, by their priority, then by time, within the limits of pool and queue. What is
/// used of a limit is the count of live runs.
/// </summary>
internal sealed class DueRuns(TimeProvider clock, FlowRunsStore runs, Orchestrator orchestrator)
{
    private const string Active = "state_type in ('PENDING', 'RUNNING', 'CANCELLING')";

    internal sealed record Queue(Guid Id, string Name, bool IsPaused, int? Limit);

    /// <summary>What a look at a pool found. Blocked: something is due and no slot is free.</summary>
    internal sealed record Look(bool IsDue, bool IsBlocked, DateTimeOffset? Next);

    internal ValueTask<List<Queue>> QueuesAsync(Session session, Guid poolId) => session.QueryAsync(
        "select id, name, is_paused, concurrency_limit from work_queue where work_pool_id = @pool order by priority, name",
        static row => new Queue(row.Id(0), row.Text(1), row.Flag(2), row.IntOrNull(3)),
        ("pool", poolId));

    /// <summary>The runs that may be proposed Pending, without handing them out.</summary>
    internal async ValueTask<List<(Guid QueueId, FlowRun Run)>> ReadAsync(
        Session session, WorkPool pool, List<Queue> queues, DateTimeOffset? before, DateTimeOffset? after, int limit, bool withStates)
    {
        List<(Guid QueueId, FlowRun Run)> found = [];
        if (pool.IsPaused)
            return found;
        var room = Math.Min(limit, await RoomAsync(session, pool).ConfigureAwait(false));
        var now = clock.Now();
        foreach (var queue in queues.Where(q => !q.IsPaused))
        {
            var take = Math.Min(room - found.Count, await RoomAsync(session, queue).ConfigureAwait(false));
            if (take <= 0)
                continue;
            found.AddRange(await session.QueryAsync(
                $"""
                select {(withStates ? FlowRunRows.Select : FlowRunRows.SelectOfPool)} where {Due(session)} and (@after is null or fr.next_scheduled_start_time > @after)
                order by fr.next_scheduled_start_time, fr.id limit @take
                """,
                row => (queue.Id, withStates ? FlowRunRows.Read(row, now) : FlowRunRows.ReadOfPool(row, now, pool.Id, pool.Name)),
                ("queue", queue.Id), ("before", before ?? DateTimeOffset.MaxValue.Cut()), ("after", after), ("take", take)).ConfigureAwait(false));
        }
        return found;
    }

    /// <summary>What an agent's old queue takes: scheduled runs of deployments by their tags and deployments, whichever queue they name.</summary>
    internal async ValueTask<List<FlowRun>> OfFilterAsync(Session session, WorkPool pool, List<Queue> queues, QueueFilter filter, DateTimeOffset? before, int limit)
    {
        if (pool.IsPaused || queues is not [{ IsPaused: false } queue])
            return [];
        var now = clock.Now();
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(
            $"fr.deployment_id is not null and fr.state_type = 'SCHEDULED' and fr.next_scheduled_start_time <= @{on.Bind(before ?? DateTimeOffset.MaxValue.Cut())}",
            filter.Tags is { Count: > 0 } tags ? session.Dialect.HasAll("fr.tags", on.Bind(tags.ToArray())) : null,
            filter.DeploymentIds is { Count: > 0 } ids ? session.Dialect.AnyId("fr.deployment_id", on.Bind(ids.ToArray())) : null);
        var take = Math.Clamp(await RoomAsync(session, queue).ConfigureAwait(false), 0, limit);
        return await session.QueryAsync(
            $"select {FlowRunRows.Select} {where} order by fr.next_scheduled_start_time, fr.id limit @{on.Bind(take)}", row => FlowRunRows.Read(row, now), on.Parameters).ConfigureAwait(false);
    }

    /// <summary>Hands runs to a worker: each becomes Pending and gets a lease, all in the caller's transaction.</summary>
    internal async ValueTask<List<ClaimedFlowRun>> ClaimAsync(Session session, WorkPool pool, List<Queue> queues, Claim claim)
    {
        List<ClaimedFlowRun> claimed = [];
        // limits are judged by counting: only one at a time may count and then take
        if (pool.ConcurrencyLimit is not null || queues.Exists(q => q.Limit is not null))
            await session.QueryFirstAsync($"select id from work_pool where id = @id {session.Dialect.ForUpdate}", static row => row.Id(0), ("id", pool.Id)).ConfigureAwait(false);
        var room = Math.Min(claim.Limit, await RoomAsync(session, pool).ConfigureAwait(false));
        var now = clock.Now();
        foreach (var queue in queues.Where(q => !q.IsPaused))
        {
            var take = Math.Min(room - claimed.Count, await RoomAsync(session, queue).ConfigureAwait(false));
            if (take <= 0)
                continue;
            var skipLocked = session.Dialect.ForUpdateSkipLocked;
            var ids = await session.QueryAsync(
                $"select fr.id from flow_run fr where {Due(session)} order by fr.next_scheduled_start_time, fr.id limit @take {skipLocked}",
                static row => row.Id(0),
                ("queue", queue.Id), ("before", now.AddSeconds(claim.PrefetchSeconds).Cut()), ("take", take)).ConfigureAwait(false);
            foreach (var id in ids)
                if (await HandOutAsync(session, id, claim, now).ConfigureAwait(false) is { } handed)
                    claimed.Add(handed);
        }
        return claimed;
    }

    /// <summary>Whether a claim would find something now, and if not, when it might.</summary>
    internal async ValueTask<Look> LookAsync(Session session, WorkPool pool, List<Queue> queues, double prefetchSeconds)
    {
        if (pool.IsPaused)
            return new(false, false, null);
        var before = clock.Now().AddSeconds(prefetchSeconds);
        var poolRoom = await RoomAsync(session, pool).ConfigureAwait(false);
        DateTimeOffset? next = null;
        var blocked = false;
        foreach (var queue in queues.Where(q => !q.IsPaused))
        {
            var first = await session.QueryFirstAsync(
                $"select min(fr.next_scheduled_start_time) from flow_run fr where {Due(session)}",
                static row => row.TimeOrNull(0),
                ("queue", queue.Id), ("before", DateTimeOffset.MaxValue.Cut())).ConfigureAwait(false);
            if (first is not { } due)
                continue;
            if (due > before)
                next = next is null || due < next ? due : next;
            else if (Math.Min(poolRoom, await RoomAsync(session, queue).ConfigureAwait(false)) > 0)
                return new(true, false, null);
            else
                blocked = true;
        }
        return new(false, blocked, next);
    }

    private async ValueTask<ClaimedFlowRun?> HandOutAsync(Session session, Guid id, Claim claim, DateTimeOffset now)
    {
        var pending = new SetState(new StateCreate { Type = StateType.Pending });
        if (await orchestrator.ProposeFlowRunStateAsync(session, id, pending).ConfigureAwait(false)
            is not ProposalOutcome.Answered { Stored: true, Result: { Status: OrchestrationStatus.Accept, State: { } entered } })
            return null;
        // the run's own lease says from now on whether it lives, and with it its slot
        if (entered.StateDetails.DeploymentConcurrencyLeaseId is { } slot)
            await DeploymentSlot.KeepAsync(session, slot).ConfigureAwait(false);
        var lease = await FlowRunLeases.GrantAsync(session, id, $"worker {claim.WorkerName}", claim.LeaseSeconds, now).ConfigureAwait(false);
        return new((await runs.ReadAsync(session, id).ConfigureAwait(false))!, lease);
    }

    private static async ValueTask<int> RoomAsync(Session session, WorkPool pool) => pool.ConcurrencyLimit is not { } limit
        ? int.MaxValue
        : limit - (int)await session.ScalarAsync(
            $"select count(*) from flow_run where {Active} and work_queue_id in (select id from work_queue where work_pool_id = @pool)", ("pool", pool.Id)).ConfigureAwait(false);

    private static async ValueTask<int> RoomAsync(Session session, Queue queue) => queue.Limit is not { } limit
        ? int.MaxValue
        : limit - (int)await session.ScalarAsync($"select count(*) from flow_run where {Active} and work_queue_id = @queue", ("queue", queue.Id)).ConfigureAwait(false);

    // a run that waits in its own process for its next try is nobody else's
    private static string Due(Session session) => $"""
        fr.work_queue_id = @queue and fr.state_type = 'SCHEDULED' and fr.next_scheduled_start_time <= @before
        and (fr.state_name <> 'AwaitingRetry' or coalesce({session.Dialect.JsonText("fr.empirical_policy", "retry_type")}, '') <> 'in_process')
        """;
}
