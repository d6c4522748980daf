using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>Reads the rows of <c>concurrency_limit c</c>, each with what is used of it: the sum over its live holders, never a stored number.</summary>
internal static class LimitRows
{
    /// <summary>Narrows <c>concurrency_lease l</c> to those that have not lapsed, whether or not anybody has cleared them away.</summary>
    internal const string Live = "(l.expires is null or l.expires > @now)";

    /// <summary>Of limits with a decay, slots drain one after the other from the time that was fixed when they were taken.</summary>
    internal const string Used = $"""
        coalesce((
            select sum(case when c.slot_decay_per_second <= 0 or u.drains_from >= @seconds then u.slots
                when u.slots > (@seconds - u.drains_from) * c.slot_decay_per_second then u.slots - (@seconds - u.drains_from) * c.slot_decay_per_second
                else 0 end)
            from concurrency_slot u join concurrency_lease l on l.id = u.lease_id
            where u.limit_id = c.id and {Live}), 0)
        """;

    internal const string Columns = $"""
        c.id, c.created, c.updated, c.name, c.max_slots, c.active, c.slot_decay_per_second, c.denied_slots, c.avg_slot_occupancy_seconds, {Used}
        """;

    internal const int ColumnCount = 10;

    // what drained up to the last rounding error of a double is free
    private const double Tolerance = 1e-6;

    internal static double Seconds(DateTimeOffset now) => (now - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>The limits that <paramref name="where"/> names; it may use no parameters but its own, <c>@now</c> and <c>@seconds</c>.</summary>
    internal static ValueTask<List<GlobalLimit>> QueryAsync(Session session, string where, DateTimeOffset now, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) =>
        session.QueryAsync(
            $"select {Columns} from concurrency_limit c {where}", static row => Read(row, 0), [("now", now), ("seconds", Seconds(now)), .. parameters]);

    internal static GlobalLimit Read(Row row, int at) => new()
    {
        Id = row.Id(at),
        Created = row.Time(at + 1),
        Updated = row.Time(at + 2),
        Name = row.Text(at + 3),
        Limit = row.Int(at + 4),
        Active = row.Flag(at + 5),
        SlotDecayPerSecond = row.Real(at + 6),
        DeniedSlots = row.Int(at + 7),
        AvgSlotOccupancySeconds = row.Real(at + 8),
        ActiveSlots = (int)Math.Ceiling(row.Real(at + 9) - Tolerance),
    };
}
