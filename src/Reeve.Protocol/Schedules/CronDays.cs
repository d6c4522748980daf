using System.Globalization;

namespace Reeve.Protocol.Schedules;

/// <summary>Day of month and day of week together, with "L" (last day), "L5" or "5L" (last Friday) and "5#2" (second Friday).</summary>
internal sealed class CronDays
{
    private readonly ulong monthDays;
    private readonly bool lastDay;
    private readonly ulong weekDays;
    private readonly List<(int WeekDay, int Ordinal)> ordinals;
    private readonly bool anyMonthDay;
    private readonly bool anyWeekDay;
    private readonly bool dayOr;

    private CronDays(ulong monthDays, bool lastDay, ulong weekDays, List<(int WeekDay, int Ordinal)> ordinals, bool dayOr)
    {
        (this.monthDays, this.lastDay, this.weekDays, this.ordinals, this.dayOr) = (monthDays, lastDay, weekDays, ordinals, dayOr);
        anyMonthDay = CronField.DayOfMonth.IsAll(monthDays);
        anyWeekDay = CronField.DayOfWeek.IsAll(weekDays);
    }

    internal static CronDays Parse(string monthDayField, string weekDayField, bool dayOr)
    {
        ulong monthDays = 0;
        ulong weekDays = 0;
        var lastDay = false;
        List<(int WeekDay, int Ordinal)> ordinals = [];
        foreach (var item in monthDayField.Split(','))
        {
            if (item.Equals("l", StringComparison.OrdinalIgnoreCase))
                lastDay = true;
            else
                monthDays |= CronField.DayOfMonth.Parse(item);
        }
        foreach (var item in weekDayField.Split(','))
        {
            if (TryOrdinal(item, weekDayField) is { } ordinal)
                ordinals.Add(ordinal);
            else
                weekDays |= CronField.DayOfWeek.Parse(item);
        }
        if (CronExpression.Has(weekDays, 7))
            weekDays = (weekDays | 1) & 0x7f;
        return new(monthDays, lastDay, weekDays, ordinals, dayOr);
    }

    internal bool Match(DateTime day)
    {
        var byMonth = anyMonthDay || CronExpression.Has(monthDays, day.Day) || (lastDay && day.Day == DateTime.DaysInMonth(day.Year, day.Month));
        var byWeek = anyWeekDay || CronExpression.Has(weekDays, (int)day.DayOfWeek) || ordinals.Exists(o => IsOrdinal(day, o));
        // with one of them free, the other decides alone
        return dayOr && !anyMonthDay && !anyWeekDay ? byMonth || byWeek : byMonth && byWeek;
    }

    private static (int WeekDay, int Ordinal)? TryOrdinal(string item, string field)
    {
        if (item.Split('#') is [var day, var nth])
        {
            if (!int.TryParse(nth, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n is < 1 or > 5)
                throw CronField.DayOfWeek.Fault(field, $"'{nth}' after '#' is not between 1 and 5");
            return (CronField.DayOfWeek.Value(day, field) % 7, n);
        }
        if (item.Length > 1 && item[0] is 'L' or 'l')
            return (CronField.DayOfWeek.Value(item[1..], field) % 7, -1);
        if (item.Length > 1 && item[^1] is 'L' or 'l')
            return (CronField.DayOfWeek.Value(item[..^1], field) % 7, -1);
        return null;
    }

    private static bool IsOrdinal(DateTime day, (int WeekDay, int Ordinal) wanted) =>
        (int)day.DayOfWeek == wanted.WeekDay
        && (wanted.Ordinal < 0 ? day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month) : (day.Day + 6) / 7 == wanted.Ordinal);
}
