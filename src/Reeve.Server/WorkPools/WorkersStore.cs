using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>The workers' SQL. A worker is online until three of its heartbeats are missing.</summary>
internal sealed class WorkersStore(TimeProvider clock)
{
    private const double StandardInterval = 30;
    private const int HeartbeatsToMiss = 3;

    internal async ValueTask HeartbeatAsync(Session session, Guid poolId, WorkerHeartbeat beat)
    {
        var now = clock.Now();
        var interval = Math.Clamp(beat.HeartbeatIntervalSeconds ?? StandardInterval, 1, 86400);
        var isKnown = await session.ScalarAsync(
            "select count(*) from worker where work_pool_id = @pool and name = @name and online_until >= @now", ("pool", poolId), ("name", beat.Name), ("now", now)).ConfigureAwait(false) > 0;
        if (!isKnown)
            session.Wake(WorkSignals.Health);
        await session.ExecuteAsync(
            """
            insert into worker (id, created, updated, work_pool_id, name, last_heartbeat_time, heartbeat_interval_seconds, online_until)
            values (@id, @now, @now, @pool, @name, @now, @interval, @until)
            on conflict (work_pool_id, name) do update set updated = excluded.updated, last_heartbeat_time = excluded.last_heartbeat_time,
                heartbeat_interval_seconds = excluded.heartbeat_interval_seconds, online_until = excluded.online_until
            """,
            ("id", Ids.New(now)), ("now", now), ("pool", poolId), ("name", beat.Name), ("interval", beat.HeartbeatIntervalSeconds),
            ("until", (now + TimeSpan.FromSeconds(interval * HeartbeatsToMiss)).Cut())).ConfigureAwait(false);
    }

    internal ValueTask<List<Worker>> FilterAsync(Session session, Guid poolId, Query query)
    {
        var on = new Conditions(session.Dialect);
        var now = on.Bind(clock.Now());
        var status = $"case when w.online_until >= @{now} then 'ONLINE' else 'OFFLINE' end";
        var where = Conditions.Where(
            $"w.work_pool_id = @{on.Bind(poolId)}",
            Conditions.Join(
                query.Workers?.Operator,
                Criteria.Of(on, $"({status})", query.Workers?.Status),
                Criteria.Of(on, "w.last_heartbeat_time", query.Workers?.LastHeartbeatTime)));
        return session.QueryAsync(
            $"""
            select w.id, w.created, w.updated, w.name, w.work_pool_id, w.last_heartbeat_time, w.heartbeat_interval_seconds, {status}
            from worker w {where} order by w.last_heartbeat_time desc {Page.Sql(query)}
            """,
            Read,
            on.Parameters);
    }

    internal async ValueTask<bool> DeleteAsync(Session session, Guid poolId, string name) =>
        await session.ExecuteAsync("delete from worker where work_pool_id = @pool and name = @name", ("pool", poolId), ("name", name)).ConfigureAwait(false) == 1;

    private static Worker Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        Name = row.Text(3),
        WorkPoolId = row.Id(4),
        LastHeartbeatTime = row.TimeOrNull(5),
        HeartbeatIntervalSeconds = row.RealOrNull(6) is { } seconds ? (int)Math.Ceiling(seconds) : null,
        Status = row.Text(7),
    };
}
