namespace Reeve.Protocol.Schedules;

internal enum Frequency { Yearly, Monthly, Weekly, Daily, Hourly, Minutely, Secondly }

/// <summary>One RRULE of RFC 5545, section 3.3.10, with what its start implies filled in.</summary>
internal sealed record RecurrenceRule
{
    internal required Frequency Frequency { get; init; }
    internal required DateTime Start { get; init; }
    internal int Interval { get; set; } = 1;
    internal long? Count { get; init; }
    internal DateTime? Until { get; init; }
    internal DayOfWeek WeekStart { get; set; } = DayOfWeek.Monday;
    internal int[] Months { get; set; } = [];
    internal int[] MonthDays { get; set; } = [];
    internal int[] YearDays { get; set; } = [];
    internal int[] WeekNumbers { get; set; } = [];
    internal (int Ordinal, DayOfWeek Day)[] Days { get; set; } = [];
    internal int[] Hours { get; set; } = [];
    internal int[] Minutes { get; set; } = [];
    internal int[] Seconds { get; set; } = [];
    internal int[] Positions { get; set; } = [];

    internal bool IsWithinDay => Frequency >= Frequency.Hourly;

    /// <summary>Parts that a rule leaves out are those of its start.</summary>
    internal RecurrenceRule FilledFromStart()
    {
        var filled = this;
        if (Days is [] && MonthDays is [] && YearDays is [] && WeekNumbers is [])
        {
            filled = Frequency switch
            {
                Frequency.Yearly => filled with { Months = Months is [] ? [Start.Month] : Months, MonthDays = [Start.Day] },
                Frequency.Monthly => filled with { MonthDays = [Start.Day] },
                Frequency.Weekly => filled with { Days = [(0, Start.DayOfWeek)] },
                _ => filled,
            };
        }
        return filled with
        {
            Hours = Hours is [] && Frequency < Frequency.Hourly ? [Start.Hour] : Hours,
            Minutes = Minutes is [] && Frequency < Frequency.Minutely ? [Start.Minute] : Minutes,
            Seconds = Seconds is [] && Frequency < Frequency.Secondly ? [Start.Second] : Seconds,
        };
    }

    internal bool MatchDay(DateTime day) =>
        (Months is [] || Months.Contains(day.Month))
        && (MonthDays is [] || MatchSigned(MonthDays, day.Day, DateTime.DaysInMonth(day.Year, day.Month)))
        && (YearDays is [] || MatchSigned(YearDays, day.DayOfYear, DateTime.IsLeapYear(day.Year) ? 366 : 365))
        && (WeekNumbers is [] || MatchWeekNumber(day))
        && (Days is [] || Days.Any(d => MatchWeekDay(day, d)));

    private static bool MatchSigned(int[] wanted, int number, int length) => wanted.Contains(number) || wanted.Contains(number - length - 1);

    private bool MatchWeekDay(DateTime day, (int Ordinal, DayOfWeek Day) wanted)
    {
        if (day.DayOfWeek != wanted.Day)
            return false;
        // an ordinal counts within the month, or within the year for a yearly rule without months; for others it has no meaning
        if (wanted.Ordinal == 0 || Frequency > Frequency.Monthly)
            return true;
        var (number, length) = Frequency == Frequency.Yearly && Months is []
            ? (day.DayOfYear, DateTime.IsLeapYear(day.Year) ? 366 : 365)
            : (day.Day, DateTime.DaysInMonth(day.Year, day.Month));
        return wanted.Ordinal > 0 ? (number + 6) / 7 == wanted.Ordinal : (length - number) / 7 + 1 == -wanted.Ordinal;
    }

    private bool MatchWeekNumber(DateTime day)
    {
        // the week belongs to the year that holds its fourth day
        var middle = StartOfWeek(day).AddDays(3);
        // and the 28th of December always lies in the last week
        var lastOfYear = StartOfWeek(new DateTime(middle.Year, 12, 28)).AddDays(3);
        return MatchSigned(WeekNumbers, ((middle.DayOfYear - 1) / 7) + 1, ((lastOfYear.DayOfYear - 1) / 7) + 1);
    }

    internal DateTime StartOfWeek(DateTime day) => day.Date.AddDays(-(((int)day.DayOfWeek - (int)WeekStart + 7) % 7));
}
