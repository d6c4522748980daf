using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>
/// Tells by events when pools, queues and deployments become ready or cease to be. What they are follows from heartbeats and polls at any moment; this loop
/// only notices the changes, and notes what it told, so that each is told once, by one server of many.
/// </summary>
internal sealed class WorkerMonitor(Database database, WorkerHealthOptions health, TimeProvider clock, ILogger<WorkerMonitor> log) : PeriodicService(health.Every, clock, log)
{
    private sealed record Change(string Table, Guid Id, string Name, string Status, string? Told, List<Dictionary<string, string>> Related, string? Type = null);

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        if ((await database.ReadAsync(ChangesAsync, cancellation).ConfigureAwait(false)).Count > 0)
            await database.WriteAsync(TellAsync, cancellation).ConfigureAwait(false);
    }

    protected override Task WaitAsync(CancellationToken cancellation) =>
        database.Wakeups.WaitAsync(database.Wakeups.Next(WorkSignals.Health), health.Every, cancellation);

    private async ValueTask<List<Change>> ChangesAsync(Session session)
    {
        var now = Clock.Now();
        var (polled, asked) = ((now - health.QueueReady).Cut(), (now - health.DeploymentReady).Cut());
        var pools = await session.QueryAsync(
            """
            select id, name, status, status_told, type from (
                select p.id, p.name, p.type, p.status_told, case when p.is_paused = @yes then 'PAUSED'
                    when exists (select 1 from worker w where w.work_pool_id = p.id and w.online_until >= @now) then 'READY' else 'NOT_READY' end as status
                from work_pool p where p.type <> @agents) p
            where status <> coalesce(status_told, '')
            """,
            static row => new Change("work_pool", row.Id(0), row.Text(1), row.Text(2), row.TextOrNull(3), [], row.Text(4)),
            ("yes", true), ("now", now), ("agents", WorkPoolsStore.AgentType)).ConfigureAwait(false);
        var queues = await session.QueryAsync(
            """
            select id, name, status, status_told, pool_id, pool, pool_type from (
                select q.id, q.name, q.status_told, p.id as pool_id, p.name as pool, p.type as pool_type,
                    case when q.is_paused = @yes then 'PAUSED' when q.last_polled >= @polled then 'READY' else 'NOT_READY' end as status
                from work_queue q join work_pool p on p.id = q.work_pool_id) q
            where status <> status_told
            """,
            static row => new Change("work_queue", row.Id(0), row.Text(1), row.Text(2), row.TextOrNull(3), [Pool(row, 4)]),
            ("yes", true), ("polled", polled)).ConfigureAwait(false);
        var deployments = await session.QueryAsync(
            """
            select id, name, status, status_told, pool_id, pool, pool_type, flow_id, flow, queue_id, queue from (
                select d.id, d.name, d.status_told, f.id as flow_id, f.name as flow, q.id as queue_id, q.name as queue, p.id as pool_id, p.name as pool, p.type as pool_type,
                    case when d.last_polled >= @asked or q.last_polled >= @polled then 'READY' else 'NOT_READY' end as status
                from deployment d join flow f on f.id = d.flow_id left join work_queue q on q.id = d.work_queue_id left join work_pool p on p.id = q.work_pool_id) d
            where status <> status_told
            """,
            static row => new Change("deployment", row.Id(0), row.Text(1), row.Text(2), row.TextOrNull(3), OfDeployment(row)),
            ("asked", asked), ("polled", polled)).ConfigureAwait(false);
        return [.. pools, .. queues, .. deployments];
    }

    // One round after the other, of all servers, and each judges by the clock as it is once its turn has come: a round that had read before another's end
    // would tell an older truth after a newer one.
    private async ValueTask TellAsync(Session session)
    {
        session.LockText("worker-monitor");
        await session.QueryAsync("select 1", static row => row.Int(0)).ConfigureAwait(false);
        foreach (var change in await ChangesAsync(session).ConfigureAwait(false))
            await TellAsync(session, change).ConfigureAwait(false);
    }

    private async ValueTask TellAsync(Session session, Change change)
    {
        // another server may have told it, or the row may be gone
        var isMine = await session.ExecuteAsync(
            $"update {change.Table} set status_told = @status where id = @id and coalesce(status_told, '') = @told",
            ("status", change.Status), ("id", change.Id), ("told", change.Told ?? "")).ConfigureAwait(false) == 1;
        if (!isMine)
            return;
        var now = Clock.Now();
        var kind = change.Table.Replace('_', '-');
        var resource = Resource(kind, change.Id, change.Name);
        if (change.Type is { } type)
            resource[WorkEvents.PoolType] = type;
        if (kind == "work-queue")
            resource[EventMatcher.Role] = kind;
        var happened = new Event
        {
            Id = Ids.New(now),
            Occurred = now,
            Received = now,
            Name = $"prefect.{kind}.{change.Status.ToLowerInvariant().Replace('_', '-')}",
            Resource = resource,
            Related = change.Related,
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(happened, WireJson.TypeInfo<Event>());
        await Outbox.AddAsync(session, new OutboxEvent(happened.Id, now, now, happened.Name, resource[EventMatcher.ResourceId], body)).ConfigureAwait(false);
    }

    private static List<Dictionary<string, string>> OfDeployment(Row row)
    {
        List<Dictionary<string, string>> related = [Related("flow", row.Id(7), row.Text(8))];
        if (!row.IsNull(9))
            related.Add(Related("work-queue", row.Id(9), row.Text(10)));
        if (!row.IsNull(4))
            related.Add(Pool(row, 4));
        return related;
    }

    private static Dictionary<string, string> Pool(Row row, int first)
    {
        var pool = Related("work-pool", row.Id(first), row.Text(first + 1));
        pool["prefect.work-pool.type"] = row.Text(first + 2);
        return pool;
    }

    private static Dictionary<string, string> Related(string kind, Guid id, string name)
    {
        var resource = Resource(kind, id, name);
        resource["prefect.resource.role"] = kind;
        return resource;
    }

    private static Dictionary<string, string> Resource(string kind, Guid id, string name) =>
        new(StringComparer.Ordinal) { [EventMatcher.ResourceId] = $"prefect.{kind}.{id}", ["prefect.resource.name"] = name };
}
