namespace Reeve.Protocol.Schedules;

/// <summary>Between the wall clock of a zone and UTC. Only the direction UTC to offset is asked of the zone, since that is never ambiguous.</summary>
internal static class WallClock
{
    /// <summary>From where a schedule without an anchor counts.</summary>
    internal static readonly DateTime DefaultAnchor = new(2020, 1, 1);

    internal static TimeZoneInfo FindZone(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return zone;
        throw new ScheduleFormatException($"timezone: '{name}' is not a known IANA time zone, such as 'Europe/Berlin' or 'America/Chicago'");
    }

    internal static DateTime ToWall(DateTimeOffset moment, TimeZoneInfo zone) => (moment.UtcDateTime + Offset(moment, zone)).AsWall();

    internal static TimeSpan Offset(DateTimeOffset moment, TimeZoneInfo zone) => zone.GetUtcOffset(moment.UtcDateTime);

    /// <summary>A time that the clock shows twice is its first; one that the clock leaves out is the moment after the gap.</summary>
    internal static DateTimeOffset ToInstant(DateTime wall, TimeZoneInfo zone)
    {
        // a day on each side lies before and after any one change of the clock near this time
        var before = Offset(new(wall.AddDays(-1), TimeSpan.Zero), zone);
        var after = Offset(new(wall.AddDays(1), TimeSpan.Zero), zone);
        var byBefore = new DateTimeOffset(wall - before, TimeSpan.Zero);
        if (before == after)
            return byBefore;
        var byAfter = new DateTimeOffset(wall - after, TimeSpan.Zero);
        return (Offset(byBefore, zone) == before, Offset(byAfter, zone) == after) switch
        {
            (true, true) => byBefore < byAfter ? byBefore : byAfter,
            (true, false) => byBefore,
            (false, true) => byAfter,
            (false, false) => NextChange(byAfter, byBefore, zone),
        };
    }

    /// <summary>The moment in (from, to] at which the offset changes; the offsets of both ends differ.</summary>
    internal static DateTimeOffset NextChange(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var start = Offset(from, zone);
        while ((to - from).Ticks > 1)
        {
            var middle = from + ((to - from) / 2);
            if (Offset(middle, zone) == start)
                from = middle;
            else
                to = middle;
        }
        return to;
    }

    private static DateTime AsWall(this DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
}
