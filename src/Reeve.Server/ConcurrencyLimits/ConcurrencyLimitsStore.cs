using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Filters;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>The limits' SQL. The limit of a tag is the limit named "tag:&lt;tag&gt;".</summary>
internal sealed class ConcurrencyLimitsStore(TimeProvider clock)
{
    internal const string TagPrefix = "tag:";

    /// <exception cref="StorageException">The name is taken (a unique violation).</exception>
    internal async ValueTask<GlobalLimit> AddAsync(Session session, GlobalLimitCreate limit)
    {
        var now = clock.Now();
        var id = Ids.New(now);
        await session.ExecuteAsync(
            """
            insert into concurrency_limit (id, created, updated, name, max_slots, active, slot_decay_per_second, denied_slots)
            values (@id, @now, @now, @name, @slots, @active, @decay, @denied)
            """,
            ("id", id), ("now", now), ("name", limit.Name), ("slots", limit.Limit), ("active", limit.Active), ("decay", limit.SlotDecayPerSecond), ("denied", limit.DeniedSlots)).ConfigureAwait(false);
        var added = (await ReadAsync(session, id).ConfigureAwait(false))!;
        Tell(session, ObjectEvents.Created, added);
        if (limit.ActiveSlots == 0)
            return added;
        await ConcurrencySlots.SetUsedAsync(session, added, limit.ActiveSlots, now).ConfigureAwait(false);
        return added with { ActiveSlots = limit.ActiveSlots };
    }

    internal async ValueTask<GlobalLimit?> ReadAsync(Session session, Guid id) =>
        (await LimitRows.QueryAsync(session, "where c.id = @id", clock.Now(), ("id", id)).ConfigureAwait(false)).FirstOrDefault();

    internal async ValueTask<GlobalLimit?> ReadAsync(Session session, string name) =>
        (await LimitRows.QueryAsync(session, "where c.name = @name", clock.Now(), ("name", name)).ConfigureAwait(false)).FirstOrDefault();

    internal ValueTask<List<GlobalLimit>> FilterAsync(Session session, Query page, bool tagsOnly) =>
        LimitRows.QueryAsync(session, $"{(tagsOnly ? $"where substr(c.name, 1, 4) = '{TagPrefix}'" : "")} order by c.name {Page.Sql(page)}", clock.Now());

    /// <summary>Writes a limit as it stands, except for what is used of it.</summary>
    /// <exception cref="StorageException">The name is taken (a unique violation).</exception>
    internal async ValueTask SaveAsync(Session session, GlobalLimit limit)
    {
        await session.ExecuteAsync(
            """
            update concurrency_limit set updated = @now, name = @name, max_slots = @slots, active = @active, slot_decay_per_second = @decay, denied_slots = @denied
            where id = @id
            """,
            ("now", clock.Now()), ("name", limit.Name), ("slots", limit.Limit), ("active", limit.Active), ("decay", limit.SlotDecayPerSecond), ("denied", limit.DeniedSlots),
            ("id", limit.Id)).ConfigureAwait(false);
        session.Wake(ConcurrencySlots.Topic(limit.Id));
        Tell(session, ObjectEvents.Updated, limit);
    }

    /// <summary>Deletes a limit; nobody holds or waits for its slots any more.</summary>
    internal async ValueTask<bool> DeleteAsync(Session session, Guid id)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return false;
        Tell(session, ObjectEvents.Deleted, known);
        // who held slots of this limit alone has nothing left to give back
        await session.ExecuteAsync(
            """
            delete from concurrency_lease where id in (select s.lease_id from concurrency_slot s where s.limit_id = @id)
                and not exists (select 1 from concurrency_slot o where o.lease_id = concurrency_lease.id and o.limit_id <> @id)
                and expires is null
            """,
            ("id", id)).ConfigureAwait(false);
        session.Wake(ConcurrencySlots.Topic(id));
        return await session.ExecuteAsync("delete from concurrency_limit where id = @id", ("id", id)).ConfigureAwait(false) == 1;
    }

    private void Tell(Session session, string action, GlobalLimit limit) => ObjectEvents.Tell(session, clock.Now(), new("concurrency-limit", action, limit.Id, limit.Name)
    {
        Payload = new() { ["name"] = limit.Name, ["limit"] = limit.Limit, ["active"] = limit.Active, ["slot_decay_per_second"] = limit.SlotDecayPerSecond },
    });

    /// <summary>The task runs that hold slots of each of these limits.</summary>
    internal async ValueTask<ILookup<Guid, Guid>> TaskRunsAsync(Session session, List<Guid> limits) => (await session.QueryAsync(
        $"""
        select s.limit_id, l.holder_id from concurrency_slot s join concurrency_lease l on l.id = s.lease_id
        where {session.Dialect.AnyId("s.limit_id", "limits")} and l.holder_type = 'task_run' and {LimitRows.Live} order by s.acquired
        """,
        static row => (LimitId: row.Id(0), TaskRunId: row.Id(1)), ("limits", limits), ("now", clock.Now())).ConfigureAwait(false)).Distinct().ToLookup(held => held.LimitId, held => held.TaskRunId);
}
