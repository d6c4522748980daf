using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary>The SQL of the workers that are connected for background task runs. A server that falls leaves rows which nobody renews: they count no longer.</summary>
internal static class TaskWorkers
{
    internal static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Gone = Beat * 3;

    internal static async ValueTask SeeAsync(Session session, BackgroundTaskSocket.Subscription subscription, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            """
            insert into task_worker (connection, id, task_keys, seen) values (@connection, @id, @keys, @now)
            on conflict (connection) do update set seen = excluded.seen
            """,
            ("connection", subscription.Connection), ("id", subscription.Client), ("keys", SqlValue.Json<IReadOnlyList<string>>(subscription.Keys)), ("now", now)).ConfigureAwait(false);
        await session.ExecuteAsync("delete from task_worker where seen < @gone", ("gone", now - Gone)).ConfigureAwait(false);
    }

    internal static async ValueTask ForgetAsync(Session session, Guid connection) =>
        await session.ExecuteAsync("delete from task_worker where connection = @connection", ("connection", connection)).ConfigureAwait(false);

    /// <summary>The workers of any of the tasks; of all where no task is named.</summary>
    internal static async ValueTask<List<TaskWorker>> ListAsync(Session session, IReadOnlyList<string> keys, DateTimeOffset now)
    {
        var rows = await session.QueryAsync(
            "select w.id, w.task_keys, w.seen from task_worker w where w.seen >= @since order by w.id, w.seen",
            static row => new TaskWorker(row.Text(0), row.Json<IReadOnlyList<string>>(1), row.Time(2)),
            ("since", now - Gone)).ConfigureAwait(false);
        return
        [
            .. from row in rows
               group row by row.Identifier into worker
               let tasks = worker.SelectMany(row => row.TaskKeys).Distinct().Order(StringComparer.Ordinal).ToList()
               where keys.Count == 0 || tasks.Any(keys.Contains)
               select new TaskWorker(worker.Key, tasks, worker.Max(row => row.Timestamp)),
        ];
    }
}

/// <summary>A worker of background task runs. The time is when it was last seen.</summary>
internal sealed record TaskWorker(string Identifier, IReadOnlyList<string> TaskKeys, DateTimeOffset Timestamp);
