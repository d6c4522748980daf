using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>The work queues' SQL.</summary>
internal sealed class WorkQueuesStore(WorkerHealthOptions health, TimeProvider clock)
{
    private const string Columns = """
        q.id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, q.priority, q.work_pool_id, q.filter, q.last_polled, p.name
        """;

    private const string From = "from work_queue q join work_pool p on p.id = q.work_pool_id";

    internal async ValueTask<Outcome<WorkQueue>> CreateAsync(Session session, Guid poolId, string poolName, WorkQueueCreate queue)
    {
        if (await ReadAsync(session, poolName, queue.Name).ConfigureAwait(false) is not null)
            return Refusal.Conflict($"A work queue named \"{queue.Name}\" already exists in work pool \"{poolName}\".");
        await InsertAsync(session, poolId, Ids.New(clock.Now()), queue).ConfigureAwait(false);
        return (await ReadAsync(session, poolName, queue.Name).ConfigureAwait(false))!;
    }

    /// <summary>The queue of this name, made on first use.</summary>
    internal async ValueTask<WorkQueue> TakeAsync(Session session, Guid poolId, string poolName, string name)
    {
        if (await ReadAsync(session, poolName, name).ConfigureAwait(false) is { } known)
            return known;
        await InsertAsync(session, poolId, Ids.New(clock.Now()), new WorkQueueCreate { Name = name }).ConfigureAwait(false);
        return (await ReadAsync(session, poolName, name).ConfigureAwait(false))!;
    }

    internal async ValueTask InsertAsync(Session session, Guid poolId, Guid id, WorkQueueCreate queue)
    {
        var priority = queue.Priority ?? await FirstFreeAsync(session, poolId).ConfigureAwait(false);
        await MakeRoomAsync(session, poolId, priority, except: id).ConfigureAwait(false);
        await session.ExecuteAsync(
            """
            insert into work_queue (id, created, updated, work_pool_id, name, description, is_paused, concurrency_limit, priority, filter)
            values (@id, @now, @now, @pool, @name, @description, @paused, @limit, @priority, @filter)
            on conflict (work_pool_id, name) do nothing
            """,
            ("id", id), ("now", clock.Now()), ("pool", poolId), ("name", queue.Name), ("description", queue.Description ?? ""), ("paused", queue.IsPaused),
            ("limit", queue.ConcurrencyLimit), ("priority", priority), ("filter", SqlValue.Json(queue.Filter))).ConfigureAwait(false);
        if (await ReadAsync(session, id).ConfigureAwait(false) is { } made)
            await WorkEvents.TellAsync(session, clock.Now(), ObjectEvents.Created, made).ConfigureAwait(false);
    }

    internal ValueTask<WorkQueue?> ReadAsync(Session session, string pool, string name) =>
        session.QueryFirstAsync($"select {Columns} {From} where p.name = @pool and q.name = @name", Read, ("pool", pool), ("name", name));

    internal ValueTask<WorkQueue?> ReadAsync(Session session, Guid id) => session.QueryFirstAsync($"select {Columns} {From} where q.id = @id", Read, ("id", id));

    internal ValueTask<List<WorkQueue>> AllOfAsync(Session session, Guid poolId) =>
        session.QueryAsync($"select {Columns} {From} where q.work_pool_id = @pool order by q.priority", Read, ("pool", poolId));

    internal ValueTask<List<WorkQueue>> FilterAsync(Session session, string? pool, Query query)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(
            pool is null ? null : $"p.name = @{on.Bind(pool)}",
            WorkCriteria.Of(on, "q", query.WorkQueues));
        var order = pool is null ? "q.name" : "q.priority, q.name";
        return session.QueryAsync($"select {Columns} {From} {where} order by {order} {Page.Sql(query)}", Read, on.Parameters);
    }

    internal async ValueTask<Refusal?> UpdateAsync(Session session, WorkQueue? queue, WorkQueueUpdate update)
    {
        if (queue is null)
            return Refusal.NotFound("Work queue not found.");
        var name = update.Name.Or(queue.Name) ?? queue.Name;
        if (name != queue.Name && await ReadAsync(session, queue.WorkPoolName!, name).ConfigureAwait(false) is not null)
            return Refusal.Conflict($"A work queue named \"{name}\" already exists in work pool \"{queue.WorkPoolName}\".");
        var priority = update.Priority.Or(queue.Priority) ?? queue.Priority;
        if (priority != queue.Priority)
            await MakeRoomAsync(session, queue.WorkPoolId!.Value, priority, except: queue.Id).ConfigureAwait(false);
        await session.ExecuteAsync(
            """
            update work_queue set updated = @now, name = @name, description = @description, is_paused = @paused, concurrency_limit = @limit, priority = @priority, filter = @filter,
                last_polled = @polled
            where id = @id
            """,
            ("now", clock.Now()), ("name", name), ("description", update.Description.Or(queue.Description)), ("paused", update.IsPaused.Or(queue.IsPaused)),
            ("limit", update.ConcurrencyLimit.Or(queue.ConcurrencyLimit)), ("priority", priority),
            ("filter", SqlValue.Json(update.Filter.Or(queue.Filter))), ("polled", update.LastPolled.Or(queue.LastPolled)), ("id", queue.Id)).ConfigureAwait(false);
        if (name != queue.Name)
            await session.ExecuteAsync("update deployment set work_queue_name = @name where work_queue_id = @id", ("name", name), ("id", queue.Id)).ConfigureAwait(false);
        var changed = (await ReadAsync(session, queue.Id).ConfigureAwait(false))!;
        if (ObjectEvents.Changes(queue, changed, WorkEvents.QueueFields) is { } changes)
            await WorkEvents.TellAsync(session, clock.Now(), ObjectEvents.Updated, changed, changes).ConfigureAwait(false);
        session.Wake(WorkSignals.Pool(queue.WorkPoolId!.Value));
        session.Wake(WorkSignals.Health);
        return null;
    }

    internal async ValueTask<Refusal?> DeleteAsync(Session session, WorkQueue? queue)
    {
        if (queue is null)
            return Refusal.NotFound("Work queue not found.");
        if (await session.ScalarAsync("select count(*) from work_pool where default_queue_id = @id", ("id", queue.Id)).ConfigureAwait(false) > 0)
            return Refusal.Conflict("The default queue of a work pool cannot be deleted; delete the pool instead.");
        await WorkEvents.TellAsync(session, clock.Now(), ObjectEvents.Deleted, queue).ConfigureAwait(false);
        await session.ExecuteAsync("delete from work_queue where id = @id", ("id", queue.Id)).ConfigureAwait(false);
        return null;
    }

    /// <summary>Notes that a worker asked, at most once a second: polls must not crowd the writer.</summary>
    internal async ValueTask NotePollAsync(Database database, List<Guid> queueIds, CancellationToken cancellation)
    {
        var now = clock.Now();
        var before = await database.ReadAsync(
            session => session.QueryAsync($"select last_polled from work_queue where {session.Dialect.AnyId("id", "ids")}", static row => row.TimeOrNull(0), ("ids", queueIds)),
            cancellation).ConfigureAwait(false);
        if (before.TrueForAll(polled => polled >= now - TimeSpan.FromSeconds(1)))
            return;
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    $"update work_queue set updated = @now, last_polled = @now where {session.Dialect.AnyId("id", "ids")}", ("now", now), ("ids", queueIds)).ConfigureAwait(false);
                if (before.Exists(polled => polled is null || polled < now - health.QueueReady))
                    session.Wake(WorkSignals.Health);
            },
            cancellation).ConfigureAwait(false);
    }

    // priorities are places in a line, each held by one: who comes in moves back only those that stand in the way
    private static async ValueTask MakeRoomAsync(Session session, Guid poolId, int priority, Guid except)
    {
        var line = await session.QueryAsync(
            "select id, priority from work_queue where work_pool_id = @pool and priority >= @priority and id <> @id order by priority, name",
            static row => (Id: row.Id(0), Priority: row.Int(1)),
            ("pool", poolId), ("priority", priority), ("id", except)).ConfigureAwait(false);
        var taken = priority;
        foreach (var queue in line)
        {
            if (queue.Priority > taken)
                return;
            taken++;
            await session.ExecuteAsync("update work_queue set priority = @priority where id = @id", ("priority", taken), ("id", queue.Id)).ConfigureAwait(false);
        }
    }

    private static async ValueTask<int> FirstFreeAsync(Session session, Guid poolId)
    {
        var held = await session.QueryAsync(
            "select priority from work_queue where work_pool_id = @pool order by priority", static row => row.Int(0), ("pool", poolId)).ConfigureAwait(false);
        var free = 1;
        foreach (var priority in held)
            if (priority == free)
                free++;
        return free;
    }

    private WorkQueue Read(Row row)
    {
        var (paused, polled) = (row.Flag(5), row.TimeOrNull(10));
        return new()
        {
            Id = row.Id(0),
            Created = row.Time(1),
            Updated = row.Time(2),
            Name = row.Text(3),
            Description = row.TextOrNull(4),
            IsPaused = paused,
            ConcurrencyLimit = row.IntOrNull(6),
            Priority = row.Int(7),
            WorkPoolId = row.IdOrNull(8),
            Filter = row.JsonOrNull<QueueFilter>(9),
            LastPolled = polled,
            WorkPoolName = row.Text(11),
            Status = paused ? "PAUSED" : polled >= clock.Now() - health.QueueReady ? "READY" : "NOT_READY",
        };
    }
}
