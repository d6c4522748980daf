using Reeve.Protocol.Runs;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary>
/// Task runs that wait for a worker of their task. The queue is rows: it survives a restart, and every server hands out from it. Whoever takes a run holds an offer of it,
/// which ends by itself. The row goes when the run begins: a worker that acknowledged a run and fell before it began has not taken it with it.
/// </summary>
internal sealed class BackgroundTaskRuns(TaskRunsStore runs, TimeProvider clock)
{
    /// <summary>Signalled when there may be something to hand out.</summary>
    internal const string Topic = "task-runs.background";

    /// <summary>How long an offer stands without an answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a worker that acknowledged a run has until it begins.</summary>
    internal static readonly TimeSpan Begin = TimeSpan.FromMinutes(5);

    /// <summary>Queues a run that became Scheduled and is deferred to a worker, and forgets one that no longer waits; others are none of this queue's business.</summary>
    internal static async ValueTask QueueAsync(Session session, Guid id, State? initial, State entered)
    {
        if (entered is not { Type: StateType.Scheduled, StateDetails.Deferred: true })
        {
            if (initial is { Type: StateType.Scheduled, StateDetails.Deferred: true })
                session.Post("delete from background_task_run where task_run_id = @id", ("id", id));
            return;
        }
        await session.ExecuteAsync(
            """
            insert into background_task_run (task_run_id, task_key, due) select tr.id, tr.task_key, @due from task_run tr where tr.id = @id
            on conflict (task_run_id) do update set due = excluded.due, offer = null, offered_until = null
            """,
            ("due", entered.StateDetails.ScheduledTime ?? entered.Timestamp), ("id", id)).ConfigureAwait(false);
        session.Wake(Topic);
    }

    /// <summary>When the next run of these tasks can be taken; null where none waits.</summary>
    internal async ValueTask<DateTimeOffset?> NextAsync(Session session, string[] keys)
    {
        var now = clock.Now();
        DateTimeOffset? next = null;
        foreach (var key in keys)
        {
            var ready = await FirstAsync(session, key, now).ConfigureAwait(false);
            var later = await session.QueryFirstAsync(
                """
                select min(n.at) from (select min(b.due) as at from background_task_run b where b.task_key = @key and b.due > @now
                    union all select min(b.offered_until) from background_task_run b where b.task_key = @key and b.offered_until > @now) n
                """,
                static row => row.TimeOrNull(0),
                ("key", key), ("now", now)).ConfigureAwait(false);
            foreach (var at in (DateTimeOffset?[])[ready, later])
                next = next is null || at < next ? at ?? next : next;
        }
        return next;
    }

    /// <summary>Takes the run of these tasks that is due the longest; null where none is. Runs that no longer wait are forgotten on the way.</summary>
    internal async ValueTask<TaskRun?> TakeAsync(Session session, string[] keys, Guid offer)
    {
        var now = clock.Now();
        List<(DateTimeOffset Due, string Key)> ready = [];
        foreach (var key in keys)
            if (await FirstAsync(session, key, now).ConfigureAwait(false) is { } due)
                ready.Add((due, key));
        ready.Sort();
        foreach (var (_, key) in ready)
            if (await TakeAsync(session, key, offer, now).ConfigureAwait(false) is { } run)
                return run;
        return null;
    }

    private async ValueTask<TaskRun?> TakeAsync(Session session, string key, Guid offer, DateTimeOffset now)
    {
        while (true)
        {
            var (found, id, waits) = await session.QueryFirstAsync(
                $"""
                select b.task_run_id, (select tr.state_type from task_run tr where tr.id = b.task_run_id) from background_task_run b
                where b.task_key = @key and b.due <= @now and (b.offered_until is null or b.offered_until <= @now)
                order by b.due limit 1 {session.Dialect.ForUpdateSkipLocked}
                """,
                static row => (true, row.Id(0), row.TextOrNull(1) == StateType.Scheduled.ToWire()),
                ("key", key), ("now", now)).ConfigureAwait(false);
            if (!found)
                return null;
            if (waits)
            {
                await session.ExecuteAsync(
                    "update background_task_run set offer = @offer, offered_until = @until where task_run_id = @id",
                    ("offer", offer), ("until", now + Patience), ("id", id)).ConfigureAwait(false);
                return await runs.ReadAsync(session, id).ConfigureAwait(false);
            }
            await session.ExecuteAsync("delete from background_task_run where task_run_id = @id", ("id", id)).ConfigureAwait(false);
        }
    }

    // in the order of the index; the offered ones that it passes over are at most one a worker
    private static ValueTask<DateTimeOffset?> FirstAsync(Session session, string key, DateTimeOffset now) => session.QueryFirstAsync(
        """
        select b.due from background_task_run b
        where b.task_key = @key and b.due <= @now and (b.offered_until is null or b.offered_until <= @now) order by b.due limit 1
        """,
        static row => row.TimeOrNull(0),
        ("key", key), ("now", now));

    /// <summary>The worker has the run, and a while to begin it; false where the offer had lapsed and may stand with another.</summary>
    internal static async ValueTask<bool> AcknowledgeAsync(Session session, Guid id, Guid offer, DateTimeOffset now) => await session.ExecuteAsync(
        "update background_task_run set offer = null, offered_until = @until where task_run_id = @id and offer = @offer",
        ("until", now + Begin), ("id", id), ("offer", offer)).ConfigureAwait(false) == 1;

    /// <summary>Gives a run back at once.</summary>
    internal static async ValueTask ReleaseAsync(Session session, Guid id, Guid offer)
    {
        await session.ExecuteAsync(
            "update background_task_run set offer = null, offered_until = null where task_run_id = @id and offer = @offer", ("id", id), ("offer", offer)).ConfigureAwait(false);
        session.Wake(Topic);
    }
}
