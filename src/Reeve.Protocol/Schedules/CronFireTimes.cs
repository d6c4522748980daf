namespace Reeve.Protocol.Schedules;

/// <summary>A cron expression on the wall clock of a zone.</summary>
internal sealed class CronFireTimes(CronExpression cron, TimeZoneInfo zone) : FireTimes
{
    public override string Kind => "CronSchedule";

    public override TimeZoneInfo Zone => zone;

    public override IEnumerable<DateTimeOffset> From(DateTimeOffset start) => cron.IsEveryHour ? ByElapsedHours(start) : ByWallClock(start);

    // fixed times of the day: each once, whatever the clock does
    private IEnumerable<DateTimeOffset> ByWallClock(DateTimeOffset start)
    {
        // in a repeated hour the start may read later than a time whose first pass is already over, and after a gap earlier than its end
        var wall = WallClock.ToWall(start, zone).AddDays(-1);
        DateTimeOffset? last = null;
        while (cron.Next(wall) is { } next)
        {
            var moment = WallClock.ToInstant(next, zone);
            if (moment >= start && (last is null || moment > last))
                yield return (last = moment).Value;
            wall = next.AddSeconds(1);
        }
    }

    // every hour: each real moment whose wall clock matches, so a repeated hour fires again and a missing one is not made up
    private IEnumerable<DateTimeOffset> ByElapsedHours(DateTimeOffset start)
    {
        var from = start.ToUniversalTime();
        while (cron.Next(WallClock.ToWall(from, zone)) is { } next)
        {
            var moment = new DateTimeOffset(next - WallClock.Offset(from, zone), TimeSpan.Zero);
            if (WallClock.Offset(moment, zone) != WallClock.Offset(from, zone))
            {
                from = WallClock.NextChange(from, moment, zone);
                continue;
            }
            yield return moment;
            from = moment.AddSeconds(1);
        }
    }
}
