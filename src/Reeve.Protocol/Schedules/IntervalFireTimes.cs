namespace Reeve.Protocol.Schedules;

/// <summary>Every so many seconds from an anchor. Whole days keep their wall-clock time in the zone; everything else is elapsed time.</summary>
internal sealed class IntervalFireTimes : FireTimes
{
    private readonly TimeSpan interval;
    private readonly DateTimeOffset anchor;

    internal IntervalFireTimes(double seconds, DateTimeOffset anchor, TimeZoneInfo zone)
    {
        if (!double.IsFinite(seconds) || seconds < 1e-6 || seconds > TimeSpan.FromDays(36600).TotalSeconds)
            throw new ScheduleFormatException(FormattableString.Invariant($"interval: expected seconds above 0, got {seconds}"));
        interval = TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6));
        (this.anchor, Zone) = (anchor.ToUniversalTime(), zone);
    }

    public override string Kind => "IntervalSchedule";

    public override TimeZoneInfo Zone { get; }

    public override IEnumerable<DateTimeOffset> From(DateTimeOffset start) =>
        interval.Ticks % TimeSpan.TicksPerDay == 0 ? ByDays(start) : ByElapsedTime(start);

    private IEnumerable<DateTimeOffset> ByElapsedTime(DateTimeOffset start)
    {
        var past = Math.DivRem((start - anchor).Ticks, interval.Ticks, out var rest);
        for (var n = past + (rest > 0 ? 1 : 0); TryAdd(anchor, n, out var next); n++)
            yield return next;
    }

    private IEnumerable<DateTimeOffset> ByDays(DateTimeOffset start)
    {
        var wall = WallClock.ToWall(anchor, Zone);
        // two steps back: the wall clocks of the start and of the anchor may differ by a change of the clock
        for (var n = ((WallClock.ToWall(start, Zone) - wall).Ticks / interval.Ticks) - 2; TryAdd(new(wall, TimeSpan.Zero), n, out var next); n++)
        {
            var moment = WallClock.ToInstant(next.DateTime, Zone);
            if (moment >= start)
                yield return moment;
        }
    }

    private bool TryAdd(DateTimeOffset from, long n, out DateTimeOffset next)
    {
        var far = (decimal)from.UtcTicks + ((decimal)n * interval.Ticks);
        var possible = far > TimeSpan.TicksPerDay * 2 && far < DateTimeOffset.MaxValue.UtcTicks - (TimeSpan.TicksPerDay * 2);
        next = possible ? new DateTimeOffset((long)far, TimeSpan.Zero) : default;
        return possible;
    }
}
