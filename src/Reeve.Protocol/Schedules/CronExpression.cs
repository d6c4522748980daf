using System.Numerics;

namespace Reeve.Protocol.Schedules;

/// <summary>A cron expression over a wall clock: minute, hour, day of month, month, day of week and, as the sixth, second.</summary>
internal sealed class CronExpression
{
    // a 29th of February on a given day of the week comes again within 40 years
    private const int YearsToSearch = 41;
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private readonly ulong seconds;
    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong months;
    private readonly CronDays days;

    private CronExpression(ulong seconds, ulong minutes, ulong hours, ulong months, CronDays days) =>
        (this.seconds, this.minutes, this.hours, this.months, this.days) = (seconds, minutes, hours, months, days);

    /// <summary>True when it fires in every hour of the days it fires on: then hours are elapsed ones.</summary>
    internal bool IsEveryHour => BitOperations.PopCount(hours) == 24;

    internal static CronExpression Parse(string text, bool dayOr)
    {
        var expression = text.Trim();
        if (expression.StartsWith('@'))
        {
            expression = Names.GetValueOrDefault(expression) ?? throw new ScheduleFormatException(
                $"cron: '{text}' is not a known name; known are {string.Join(", ", Names.Keys)}");
        }
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
            throw new ScheduleFormatException($"cron: expected 5 fields (minute, hour, day of month, month, day of week) or 6 (second last), found {fields.Length} in '{text}'");
        var cron = new CronExpression(
            fields.Length == 6 ? CronField.Second.Parse(fields[5]) : 1,
            CronField.Minute.Parse(fields[0]),
            CronField.Hour.Parse(fields[1]),
            CronField.Month.Parse(fields[3]),
            CronDays.Parse(fields[2], fields[4], dayOr));
        if (cron.Next(WallClock.DefaultAnchor) is null)
            throw new ScheduleFormatException($"cron: '{text}' never fires: no month of it has such a day");
        return cron;
    }

    /// <summary>The first match at or after the time; null when there is none.</summary>
    internal DateTime? Next(DateTime from)
    {
        var whole = new DateTime(from.Ticks - (from.Ticks % TimeSpan.TicksPerSecond));
        var start = whole == from ? from : whole.AddSeconds(1);
        if (start.Year > 9900)
            return null;
        var last = start.AddYears(YearsToSearch);
        for (var day = start.Date; day < last;)
        {
            if (!Has(months, day.Month))
            {
                day = new DateTime(day.Year, day.Month, 1).AddMonths(1);
                continue;
            }
            if (days.Match(day) && NextTime(day == start.Date ? start.TimeOfDay : TimeSpan.Zero) is { } time)
                return day + time;
            day = day.AddDays(1);
        }
        return null;
    }

    private TimeSpan? NextTime(TimeSpan from)
    {
        for (var hour = NextBit(hours, from.Hours); hour >= 0; hour = NextBit(hours, hour + 1))
        {
            for (var minute = NextBit(minutes, hour == from.Hours ? from.Minutes : 0); minute >= 0; minute = NextBit(minutes, minute + 1))
            {
                var second = NextBit(seconds, hour == from.Hours && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0)
                    return new TimeSpan(hour, minute, second);
            }
        }
        return null;
    }

    internal static bool Has(ulong set, int value) => (set >> value & 1) != 0;

    private static int NextBit(ulong set, int from)
    {
        var rest = from > 63 ? 0 : set >> from << from;
        return rest == 0 ? -1 : BitOperations.TrailingZeroCount(rest);
    }
}
