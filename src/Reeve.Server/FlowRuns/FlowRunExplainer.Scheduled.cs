using System.Globalization;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.FlowRuns;

/// <summary>Why a run that is Scheduled is not taken.</summary>
internal sealed partial class FlowRunExplainer
{
    private sealed record Place(bool PoolPaused, int? PoolLimit, bool QueuePaused, int? QueueLimit, DateTimeOffset? LastPolled);

    private async ValueTask<List<FlowRunReason>> ScheduledAsync(Session session, LoadedFlowRun run, State state, DateTimeOffset now)
    {
        List<FlowRunReason> reasons = [];
        var due = run.Run.NextScheduledStartTime ?? state.StateDetails.ScheduledTime ?? state.Timestamp;
        if (state.Name == "AwaitingRetry" && due > now)
            reasons.Add(new() { Code = "awaiting_retry", Message = $"The run waits for its next try at {Text(due, now)}." + (state.Message is { } fault ? $" It failed before: {fault}" : ""), Since = state.Timestamp });
        else if (due > now && !IsAwaitingSlot(state))
            reasons.Add(new() { Code = "scheduled_later", Message = $"The run is scheduled for {Text(due, now)}.", Since = state.Timestamp });
        var isDue = reasons.Count == 0;
        if (await DeploymentLimitAsync(session, run, now).ConfigureAwait(false) is { } limited)
            reasons.Add(limited);
        if (state.Name != "AwaitingRetry" || run.Policy.RetryType != "in_process")
            await PlaceReasonsAsync(session, run, due, isDue, reasons, now).ConfigureAwait(false);
        if (run.Facts.Deployment is { } deployment && await session.ScalarAsync("select count(*) from deployment where id = @id and paused = @yes", ("id", deployment.Id), ("yes", true)).ConfigureAwait(false) > 0)
            reasons.Add(new() { Code = "deployment_paused", Message = $"The deployment '{deployment.Name}' is paused: its schedules make no runs. Runs that are there already still run.", Hint = $"reeve deployment resume {deployment.Id}" });
        return reasons;
    }

    private async ValueTask PlaceReasonsAsync(Session session, LoadedFlowRun run, DateTimeOffset due, bool isDue, List<FlowRunReason> reasons, DateTimeOffset now)
    {
        if (run.Facts is not { WorkPool: { } pool, WorkQueue: { } queue })
        {
            reasons.Add(new() { Code = "no_work_pool", Message = "The run is in no work pool: no worker will take it.", Since = due, Hint = "Only the client that made it can run it, or give its deployment a work pool." });
            return;
        }
        var place = (await session.QueryFirstAsync(
            "select p.is_paused, p.concurrency_limit, q.is_paused, q.concurrency_limit, q.last_polled from work_queue q join work_pool p on p.id = q.work_pool_id where q.id = @id",
            static row => new Place(row.Flag(0), row.IntOrNull(1), row.Flag(2), row.IntOrNull(3), row.TimeOrNull(4)), ("id", queue.Id)).ConfigureAwait(false))!;
        if (place.PoolPaused)
            reasons.Add(new() { Code = "work_pool_paused", Message = $"The work pool '{pool.Name}' is paused.", Hint = $"reeve work-pool resume {pool.Name}" });
        if (place.QueuePaused)
            reasons.Add(new() { Code = "work_queue_paused", Message = $"The work queue '{queue.Name}' of the pool '{pool.Name}' is paused.", Hint = $"reeve work-queue resume {queue.Name} --pool {pool.Name}" });
        if (await FullAsync(session, SlotHolders.OfPool, pool.Id, place.PoolLimit, "work_pool_full", $"work pool '{pool.Name}'", now).ConfigureAwait(false) is { } poolFull)
            reasons.Add(poolFull);
        if (await FullAsync(session, SlotHolders.OfQueue, queue.Id, place.QueueLimit, "work_queue_full", $"work queue '{queue.Name}'", now).ConfigureAwait(false) is { } queueFull)
            reasons.Add(queueFull);
        var blocked = reasons.Count > 0;
        if (await WorkerReasonAsync(session, pool, queue, place, due, isDue && !blocked, now).ConfigureAwait(false) is { } nobody)
            reasons.Add(nobody);
    }

    // the table of workers knows who runs, the queue knows whether anybody asked for it lately (agents and runners are no workers)
    private async ValueTask<FlowRunReason?> WorkerReasonAsync(Session session, NamedResource pool, NamedResource queue, Place place, DateTimeOffset due, bool tellDue, DateTimeOffset now)
    {
        var polledLately = place.LastPolled >= now - health.QueueReady;
        var online = await WorkersAsync(session, pool.Id, now, onlineOnly: true).ConfigureAwait(false);
        var start = $"reeve worker start --pool {pool.Name}";
        if (online.Count == 0 && !polledLately)
        {
            var seen = await WorkersAsync(session, pool.Id, now, onlineOnly: false).ConfigureAwait(false);
            return new()
            {
                Code = "no_worker",
                Message = $"No worker of the work pool '{pool.Name}' is online. " + (seen is [var last, ..] ? $"The last was '{last.Name}', seen {Text(last.Since!.Value, now)}." : "There never was one."),
                Since = seen is [var lost, ..] && lost.Since > due ? lost.Since : due,
                Holders = seen,
                Hint = start,
            };
        }
        if (!polledLately)
        {
            return new()
            {
                Code = "not_polled",
                Message = $"Workers of the pool '{pool.Name}' are online, but none asked for the work queue '{queue.Name}' " + (place.LastPolled is { } at ? $"since {Text(at, now)}." : "yet."),
                Since = place.LastPolled,
                Holders = online,
                Hint = $"{start} --work-queue {queue.Name}",
            };
        }
        return tellDue
            ? new() { Code = "due", Message = $"The run is due since {Text(due, now)} and nothing holds it back: whoever polls the pool '{pool.Name}' takes it next.", Since = due, Holders = online }
            : null;
    }

    private static async ValueTask<FlowRunReason?> FullAsync(Session session, string whose, Guid of, int? limit, string code, string name, DateTimeOffset now)
    {
        if (limit is not { } most)
            return null;
        var used = await SlotHolders.CountAsync(session, whose, of).ConfigureAwait(false);
        if (used < most)
            return null;
        var runs = await SlotHolders.ReadAsync(session, whose, of, MostHolders, 0, now).ConfigureAwait(false);
        return new()
        {
            Code = code,
            Message = string.Create(CultureInfo.InvariantCulture, $"The {name} is full: {used} of {most} slots are taken."),
            Holders = runs.ConvertAll(run => new ReasonHolder("flow_run", run.Id, run.Name, run.StateTimestamp)),
            Hint = "Raise the limit, or wait for one of the runs to end.",
        };
    }

    private static async ValueTask<FlowRunReason?> DeploymentLimitAsync(Session session, LoadedFlowRun run, DateTimeOffset now)
    {
        if (run.Limit is not { } limit
            || (await LimitRows.QueryAsync(session, "where c.id = @id", now, ("id", limit.LimitId)).ConfigureAwait(false)) is not [var found]
            || ConcurrencySlots.HasRoom(found, 1))
            return null;
        return await LimitReasonAsync(session, found, "deployment_limit", $"The deployment '{run.Facts.Deployment?.Name}' has as many runs as it may have at once: {found.Limit.ToString(CultureInfo.InvariantCulture)}.", now).ConfigureAwait(false);
    }

    /// <summary>The limited tags of task runs that have not begun, where they are full.</summary>
    private static async ValueTask<List<FlowRunReason>> FullTagsAsync(Session session, Guid flowRunId, DateTimeOffset now)
    {
        var tags = (await session.QueryAsync(
            "select distinct tr.tags from task_run tr where tr.flow_run_id = @run and tr.state_type in ('PENDING', 'SCHEDULED')",
            static row => row.Json<IReadOnlyList<string>>(0), ("run", flowRunId)).ConfigureAwait(false)).SelectMany(some => some).Distinct(StringComparer.Ordinal).ToList();
        List<FlowRunReason> reasons = [];
        if (tags.Count == 0)
            return reasons;
        var names = tags.ConvertAll(tag => ConcurrencyLimitsStore.TagPrefix + tag);
        foreach (var limit in await LimitRows.QueryAsync(session, $"where {session.Dialect.AnyText("c.name", "names")} order by c.name", now, ("names", names)).ConfigureAwait(false))
            if (!ConcurrencySlots.HasRoom(limit, 1))
                reasons.Add(await LimitReasonAsync(
                    session, limit, "tag_limit", $"Task runs of it wait for a slot of the tag '{limit.Name[ConcurrencyLimitsStore.TagPrefix.Length..]}'; {limit.Limit.ToString(CultureInfo.InvariantCulture)} of {limit.Limit.ToString(CultureInfo.InvariantCulture)} are taken.", now).ConfigureAwait(false));
        return reasons;
    }

    private static async ValueTask<FlowRunReason> LimitReasonAsync(Session session, GlobalLimit limit, string code, string message, DateTimeOffset now) => new()
    {
        Code = code,
        Message = message,
        Holders = await session.QueryAsync(
            $"""
            select coalesce(l.holder_type, 'unnamed'), l.holder_id, coalesce(fr.name, tr.name), s.acquired
            from concurrency_slot s join concurrency_lease l on l.id = s.lease_id
            left join flow_run fr on fr.id = l.holder_id left join task_run tr on tr.id = l.holder_id
            where s.limit_id = @limit and {LimitRows.Live} order by s.acquired limit @most
            """,
            static row => new ReasonHolder(row.Text(0), row.IdOrNull(1), row.TextOrNull(2), row.Time(3)), ("limit", limit.Id), ("now", now), ("most", MostHolders)).ConfigureAwait(false),
        Hint = limit.Limit == 0 ? "The limit is 0: nothing ever runs. Raise it." : "Raise the limit, or wait for one of the holders to end.",
    };

    private static ValueTask<List<ReasonHolder>> WorkersAsync(Session session, Guid poolId, DateTimeOffset now, bool onlineOnly) => session.QueryAsync(
        $"""
        select w.id, w.name, w.last_heartbeat_time from worker w where w.work_pool_id = @pool and w.last_heartbeat_time is not null {(onlineOnly ? "and w.online_until >= @now" : "")}
        order by w.last_heartbeat_time desc limit @most
        """,
        static row => new ReasonHolder("worker", row.Id(0), row.Text(1), row.Time(2)),
        onlineOnly ? [("pool", poolId), ("most", MostHolders), ("now", now)] : [("pool", poolId), ("most", MostHolders)]);
}
