namespace Reeve.Protocol.Schedules;

/// <summary>
/// The moments of one rule. Days and longer periods step on the wall clock; hours and shorter ones step in elapsed time, and their filters read
/// the wall clock.
/// </summary>
internal sealed class RecurrenceSequence(RecurrenceRule rule, TimeZoneInfo zone)
{
    // a rule whose days never come ("30th of February") ends instead of searching for ever
    private const int YearsWithoutMatch = 120;
    private readonly DateTimeOffset start = WallClock.ToInstant(rule.Start, zone);

    internal IEnumerable<DateTimeOffset> From(DateTimeOffset from)
    {
        long taken = 0;
        DateTimeOffset? last = null;
        var until = rule.Until is { } end ? WallClock.ToInstant(end, zone) : DateTimeOffset.MaxValue;
        // a count can only be told from the start
        var skipTo = rule.Count is null ? from : start;
        foreach (var moment in rule.IsWithinDay ? WithinDays(skipTo) : ByDays(skipTo))
        {
            if (moment > until)
                yield break;
            if (moment < start || moment <= last)
                continue;
            last = moment;
            if (moment >= from)
                yield return moment;
            if (++taken >= rule.Count)
                yield break;
        }
    }

    private IEnumerable<DateTimeOffset> ByDays(DateTimeOffset from)
    {
        var times = Times(rule.Hours, rule.Minutes, rule.Seconds);
        var lastMatch = Later(WallClock.ToWall(from, zone), rule.Start);
        for (var period = Math.Max(0, PeriodsBefore(WallClock.ToWall(from, zone)) - 1); ; period++)
        {
            var (first, length) = Period(period);
            if (first.Year > lastMatch.Year + YearsWithoutMatch || first.Year > 9900)
                yield break;
            var days = Enumerable.Range(0, length).Select(i => first.AddDays(i)).Where(rule.MatchDay);
            foreach (var wall in InPositions(days.SelectMany(day => times.Select(time => day + time))))
            {
                lastMatch = Later(lastMatch, wall);
                yield return WallClock.ToInstant(wall, zone);
            }
        }
    }

    private (DateTime First, int Length) Period(long number)
    {
        var steps = number * rule.Interval;
        switch (rule.Frequency)
        {
            case Frequency.Yearly:
                var year = (int)Math.Min(rule.Start.Year + steps, 9999);
                return (new DateTime(year, 1, 1), DateTime.IsLeapYear(year) ? 366 : 365);
            case Frequency.Monthly:
                var months = Math.Min((rule.Start.Year * 12L) + rule.Start.Month - 1 + steps, (9999L * 12) + 11);
                var month = new DateTime((int)(months / 12), (int)(months % 12) + 1, 1);
                return (month, DateTime.DaysInMonth(month.Year, month.Month));
            default:
                var weekly = rule.Frequency == Frequency.Weekly;
                var first = weekly ? rule.StartOfWeek(rule.Start) : rule.Start.Date;
                var days = Math.Min(steps * (weekly ? 7 : 1), (long)(new DateTime(9990, 1, 1) - first).TotalDays);
                return (first.AddDays(days), weekly ? 7 : 1);
        }
    }

    private long PeriodsBefore(DateTime wall)
    {
        var steps = rule.Frequency switch
        {
            Frequency.Yearly => wall.Year - rule.Start.Year,
            Frequency.Monthly => ((wall.Year - rule.Start.Year) * 12L) + wall.Month - rule.Start.Month,
            Frequency.Weekly => (long)(wall - rule.StartOfWeek(rule.Start)).TotalDays / 7,
            _ => (long)(wall - rule.Start.Date).TotalDays,
        };
        return steps / rule.Interval;
    }

    private IEnumerable<DateTimeOffset> WithinDays(DateTimeOffset from)
    {
        var unit = rule.Frequency switch { Frequency.Hourly => TimeSpan.FromHours(1), Frequency.Minutely => TimeSpan.FromMinutes(1), _ => TimeSpan.FromSeconds(1) };
        var step = unit * rule.Interval;
        var lastMatch = from > start ? from : start;
        for (var n = Math.Max(0, ((from - start).Ticks / step.Ticks) - 1); ;)
        {
            var moment = start + (step * n);
            if (moment.Year > lastMatch.Year + YearsWithoutMatch || moment.Year > 9900)
                yield break;
            var wall = WallClock.ToWall(moment, zone);
            if (NextCandidate(wall) is { } next)
            {
                // jump over what the filters leave out, but always ahead
                n = Math.Max(n + 1, (WallClock.ToInstant(next, zone) - start).Ticks / step.Ticks);
                continue;
            }
            var unitStart = moment.AddTicks(-((wall - wall.Date).Ticks % unit.Ticks));
            foreach (var offset in InPositions(Offsets()))
            {
                lastMatch = unitStart + offset;
                yield return lastMatch;
            }
            n++;
        }
    }

    /// <summary>The wall clock at which a filter may match again; null when they all match now.</summary>
    private DateTime? NextCandidate(DateTime wall)
    {
        if (!rule.MatchDay(wall.Date))
            return wall.Date.AddDays(1);
        if (rule.Hours.Length > 0 && !rule.Hours.Contains(wall.Hour))
            return wall.Date.AddHours(wall.Hour + 1);
        if (rule.Frequency >= Frequency.Minutely && rule.Minutes.Length > 0 && !rule.Minutes.Contains(wall.Minute))
            return wall.Date.AddMinutes((wall.Hour * 60) + wall.Minute + 1);
        return rule.Frequency == Frequency.Secondly && rule.Seconds.Length > 0 && !rule.Seconds.Contains(wall.Second)
            ? new DateTime(wall.Ticks - (wall.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1)
            : null;
    }

    private IEnumerable<TimeSpan> Offsets() => rule.Frequency switch
    {
        Frequency.Hourly => Times([0], rule.Minutes, rule.Seconds),
        Frequency.Minutely => Times([0], [0], rule.Seconds),
        _ => [TimeSpan.Zero],
    };

    private static TimeSpan[] Times(int[] hours, int[] minutes, int[] seconds) =>
        [.. from hour in hours from minute in minutes from second in seconds select new TimeSpan(hour, minute, second)];

    private IEnumerable<T> InPositions<T>(IEnumerable<T> set)
    {
        if (rule.Positions is [])
            return set;
        var all = set.ToList();
        return rule.Positions
            .Select(position => position > 0 ? position - 1 : all.Count + position)
            .Where(index => index >= 0 && index < all.Count)
            .Distinct().Order().Select(index => all[index]);
    }

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;
}
