using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>
/// Taking and giving back slots. A slot is a row of its holder's lease; who takes some first locks the limits, in the order of their ids, so that no two count at once.
/// </summary>
internal static class ConcurrencySlots
{
    /// <summary>In seconds: shorter times are taken for a mistake of the caller's clock.</summary>
    internal const double ShortestOccupancy = 0.1;

    /// <summary>Signalled when something of a limit may have become free.</summary>
    internal static string Topic(Guid limitId) => $"slots.{limitId:n}";

    /// <summary>The limits of these names, with what is used of them, locked until the transaction ends.</summary>
    internal static async ValueTask<List<GlobalLimit>> LockAsync(Session session, string[] names, DateTimeOffset now)
    {
        // statements of their own: what they waited for must be seen by the counting
        foreach (var id in await session.QueryAsync(
            $"select c.id from concurrency_limit c where {session.Dialect.AnyText("c.name", "names")} order by c.id", static row => row.Id(0), ("names", names)).ConfigureAwait(false))
            await session.LockAsync("concurrency_limit", id).ConfigureAwait(false);
        return await LimitRows.QueryAsync(session, $"where {session.Dialect.AnyText("c.name", "names")} order by c.name", now, ("names", names)).ConfigureAwait(false);
    }

    /// <summary>As above, of one limit by its id; null where it is not there.</summary>
    internal static async ValueTask<GlobalLimit?> LockAsync(Session session, Guid id, DateTimeOffset now)
    {
        await session.LockAsync("concurrency_limit", id).ConfigureAwait(false);
        return (await LimitRows.QueryAsync(session, "where c.id = @id", now, ("id", id)).ConfigureAwait(false)).FirstOrDefault();
    }

    internal static bool HasRoom(GlobalLimit limit, int slots) => !limit.Active || (long)limit.ActiveSlots + slots <= limit.Limit;

    /// <summary>Writes a holder and its slots of all these limits, which the caller has locked and seen to have room. Limits that are not active lend none.</summary>
    internal static ValueTask<Guid> TakeAsync(Session session, IEnumerable<GlobalLimit> limits, int slots, SlotHolder? holder, DateTimeOffset? expires, DateTimeOffset now) =>
        TakeAsync(session, Ids.New(now), limits, slots, holder, holder is { Type: "flow_run" } ? holder.Id : null, expires, now);

    /// <summary>As above; the lease has a known id, and the end of a flow run gives it back.</summary>
    internal static async ValueTask<Guid> TakeAsync(
        Session session, Guid lease, IEnumerable<GlobalLimit> limits, int slots, SlotHolder? holder, Guid? flowRunId, DateTimeOffset? expires, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            "insert into concurrency_lease (id, created, expires, holder_type, holder_id, flow_run_id) values (@id, @now, @expires, @type, @holder, @flow_run)",
            ("id", lease), ("now", now), ("expires", expires?.Cut()), ("type", holder?.Type), ("holder", holder?.Id), ("flow_run", flowRunId)).ConfigureAwait(false);
        foreach (var limit in limits.Where(limit => limit.Active))
            await AddAsync(session, limit, lease, slots, now).ConfigureAwait(false);
        return lease;
    }

    /// <summary>
    /// Keeps a lease that has not lapsed. One that has cannot come back to life: whoever looked since may have taken its slots. A slot that a run holds until its end becomes
    /// a lease with the first renewal, for its client has shown that it renews.
    /// </summary>
    internal static async ValueTask<bool> RenewAsync(Session session, Guid lease, double seconds, DateTimeOffset now) => await session.ExecuteAsync(
        "update concurrency_lease set expires = @until where id = @id and (expires is null or expires > @now)",
        ("until", now.AddSeconds(seconds).Cut()), ("id", lease), ("now", now)).ConfigureAwait(false) == 1;

    /// <summary>Gives back everything that a lease holds. False where there is no such lease, or none any more.</summary>
    internal static async ValueTask<bool> ReleaseAsync(Session session, Guid lease, DateTimeOffset now)
    {
        var held = await session.QueryAsync(
            "select limit_id, slots, acquired from concurrency_slot where lease_id = @lease order by limit_id",
            static row => (LimitId: row.Id(0), Slots: row.Int(1), Acquired: row.Time(2)), ("lease", lease)).ConfigureAwait(false);
        if (await session.ExecuteAsync("delete from concurrency_lease where id = @lease", ("lease", lease)).ConfigureAwait(false) == 0)
            return false;
        foreach (var (limitId, slots, acquired) in held)
        {
            await NoteOccupancyAsync(session, limitId, (now - acquired).TotalSeconds / slots).ConfigureAwait(false);
            session.Wake(Topic(limitId));
        }
        return true;
    }

    /// <summary>Gives back slots that were taken without a lease, the oldest first. There may be fewer: nobody else's are touched.</summary>
    internal static async ValueTask ReleaseUnnamedAsync(Session session, GlobalLimit limit, int slots, double? occupancySeconds, DateTimeOffset now)
    {
        var held = await session.QueryAsync(
            """
            select s.lease_id, s.slots, s.acquired from concurrency_slot s join concurrency_lease l on l.id = s.lease_id
            where s.limit_id = @limit and l.expires is null and l.holder_type is null order by s.acquired, s.lease_id
            """,
            static row => (Lease: row.Id(0), Slots: row.Int(1), Acquired: row.Time(2)), ("limit", limit.Id)).ConfigureAwait(false);
        var rest = slots;
        foreach (var (lease, has, acquired) in held)
        {
            if (rest == 0)
                break;
            var part = Math.Min(rest, has);
            rest -= part;
            if (occupancySeconds is null)
                await NoteOccupancyAsync(session, limit.Id, (now - acquired).TotalSeconds / part).ConfigureAwait(false);
            await TakeFromAsync(session, lease, limit.Id, part, all: part == has).ConfigureAwait(false);
        }
        if (occupancySeconds is { } seconds)
            await NoteOccupancyAsync(session, limit.Id, seconds / slots).ConfigureAwait(false);
        session.Wake(Topic(limit.Id));
    }

    /// <summary>Makes the count of what is used be so many: unnamed holders are added, or the newest holders lose theirs.</summary>
    internal static async ValueTask SetUsedAsync(Session session, GlobalLimit limit, int wanted, DateTimeOffset now)
    {
        if (wanted > limit.ActiveSlots)
        {
            await TakeAsync(session, [limit with { Active = true }], wanted - limit.ActiveSlots, null, null, now).ConfigureAwait(false);
            return;
        }
        var held = await session.QueryAsync(
            $"""
            select s.lease_id, s.slots from concurrency_slot s join concurrency_lease l on l.id = s.lease_id
            where s.limit_id = @limit and {LimitRows.Live} order by s.acquired desc, s.lease_id desc
            """,
            static row => (Lease: row.Id(0), Slots: row.Int(1)), ("limit", limit.Id), ("now", now)).ConfigureAwait(false);
        var excess = held.Sum(holder => holder.Slots) - wanted;
        foreach (var (lease, slots) in held)
        {
            if (excess <= 0)
                break;
            var part = Math.Min(excess, slots);
            excess -= part;
            await TakeFromAsync(session, lease, limit.Id, part, all: part == slots).ConfigureAwait(false);
        }
        session.Wake(Topic(limit.Id));
    }

    private static async ValueTask AddAsync(Session session, GlobalLimit limit, Guid lease, int slots, DateTimeOffset now)
    {
        var from = LimitRows.Seconds(now);
        if (limit.SlotDecayPerSecond > 0)
        {
            // what drained has nothing left to say: a limit under constant pressure must not keep it for ever
            await session.ExecuteAsync(
                """
                delete from concurrency_lease where holder_type is null and expires is null and id in
                    (select lease_id from concurrency_slot where limit_id = @limit and drains_from + slots / @rate < @from)
                """,
                ("limit", limit.Id), ("rate", limit.SlotDecayPerSecond), ("from", from)).ConfigureAwait(false);
            var busyUntil = await session.QueryFirstAsync(
                "select max(drains_from + slots / @rate) from concurrency_slot where limit_id = @limit",
                static row => row.RealOrNull(0), ("rate", limit.SlotDecayPerSecond), ("limit", limit.Id)).ConfigureAwait(false);
            from = Math.Max(from, busyUntil ?? from);
        }
        await session.ExecuteAsync(
            "insert into concurrency_slot (limit_id, lease_id, slots, acquired, drains_from) values (@limit, @lease, @slots, @now, @from)",
            ("limit", limit.Id), ("lease", lease), ("slots", slots), ("now", now), ("from", from)).ConfigureAwait(false);
    }

    private static async ValueTask TakeFromAsync(Session session, Guid lease, Guid limitId, int slots, bool all)
    {
        if (!all)
        {
            await session.ExecuteAsync(
                "update concurrency_slot set slots = slots - @slots where lease_id = @lease and limit_id = @limit", ("slots", slots), ("lease", lease), ("limit", limitId)).ConfigureAwait(false);
            return;
        }
        // a lease without slots of anything is nobody's
        await session.ExecuteAsync("delete from concurrency_slot where lease_id = @lease and limit_id = @limit", ("lease", lease), ("limit", limitId)).ConfigureAwait(false);
        await session.ExecuteAsync(
            "delete from concurrency_lease where id = @lease and not exists (select 1 from concurrency_slot where lease_id = @lease)", ("lease", lease)).ConfigureAwait(false);
    }

    // a moving average over about twice as many samples as there are slots
    private static ValueTask<int> NoteOccupancyAsync(Session session, Guid limitId, double seconds) => session.ExecuteAsync(
        """
        update concurrency_limit set avg_slot_occupancy_seconds = avg_slot_occupancy_seconds + (@seconds - avg_slot_occupancy_seconds) / (max_slots * 2)
        where id = @id and max_slots > 0
        """,
        ("seconds", Math.Max(seconds, ShortestOccupancy)), ("id", limitId));
}
