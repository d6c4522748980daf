using System.Globalization;

namespace Reeve.Protocol.Schedules;

/// <summary>Reads the lines of a recurrence: DTSTART, RRULE (the name may be left out), RDATE and EXDATE. Times are digits of the schedule's wall clock.</summary>
internal static class RecurrenceParser
{
    internal const int LongestText = 6500;
    private static readonly string[] DayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    private static readonly string[] TimeFormats = ["yyyyMMdd'T'HHmmss", "yyyyMMdd'T'HHmmss'Z'", "yyyyMMdd'T'HHmm", "yyyyMMdd"];

    internal sealed record Lines(DateTime Start, string? ZoneName, List<RecurrenceRule> Rules, List<DateTime> Added, List<DateTime> Removed);

    internal static Lines Parse(string text)
    {
        if (text.Length > LongestText)
            throw new ScheduleFormatException($"rrule: {text.Length} characters, at most {LongestText} are allowed");
        var lines = new Lines(WallClock.DefaultAnchor, null, [], [], []);
        List<string> rules = [];
        foreach (var line in text.Replace("\\n", "\n", StringComparison.Ordinal).Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var head = (colon < 0 ? "RRULE" : line[..colon]).Split(';');
            var value = line[(colon + 1)..];
            switch (head[0].ToUpperInvariant())
            {
                case "DTSTART":
                    lines = lines with { Start = Time("DTSTART", value), ZoneName = ZoneOf(head, value) };
                    break;
                case "RRULE":
                    rules.Add(value);
                    break;
                case "RDATE":
                    lines.Added.AddRange(value.Split(',').Select(v => Time("RDATE", v)));
                    break;
                case "EXDATE":
                    lines.Removed.AddRange(value.Split(',').Select(v => Time("EXDATE", v)));
                    break;
                default:
                    throw new ScheduleFormatException($"rrule: unknown line '{head[0]}'; known are DTSTART, RRULE, RDATE and EXDATE");
            }
        }
        if (rules.Count == 0 && lines.Added.Count == 0)
            throw new ScheduleFormatException("rrule: no RRULE and no RDATE found");
        lines.Rules.AddRange(rules.Select(r => Rule(r, lines.Start)));
        return lines;
    }

    private static string? ZoneOf(string[] head, string value)
    {
        var named = head.Skip(1).FirstOrDefault(p => p.StartsWith("TZID=", StringComparison.OrdinalIgnoreCase));
        return named?[5..] ?? (value.EndsWith('Z') ? "UTC" : null);
    }

    private static RecurrenceRule Rule(string text, DateTime start)
    {
        Frequency? frequency = null;
        var rule = new RecurrenceRule { Frequency = Frequency.Yearly, Start = start };
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=') is not [var key, var value])
                throw new ScheduleFormatException($"rrule: '{part}' is not of the form NAME=value");
            var name = key.Trim().ToUpperInvariant();
            if (name == "FREQ")
            {
                frequency = Enum.TryParse<Frequency>(value, ignoreCase: true, out var known) && !char.IsAsciiDigit(value[0]) ? known
                    : throw new ScheduleFormatException($"rrule: FREQ '{value}' is not one of {string.Join(", ", Enum.GetNames<Frequency>()).ToUpperInvariant()}");
                continue;
            }
            rule = name switch
            {
                "INTERVAL" => rule with { Interval = Number(name, value, 1, 1_000_000) },
                "COUNT" => rule with { Count = Number(name, value, 1, 10_000_000) },
                "UNTIL" => rule with { Until = Time(name, value) },
                "WKST" => rule with { WeekStart = Day(name, value) },
                "BYMONTH" => rule with { Months = Numbers(name, value, 1, 12) },
                "BYMONTHDAY" => rule with { MonthDays = Numbers(name, value, 1, 31, signed: true) },
                "BYYEARDAY" => rule with { YearDays = Numbers(name, value, 1, 366, signed: true) },
                "BYWEEKNO" => rule with { WeekNumbers = Numbers(name, value, 1, 53, signed: true) },
                "BYDAY" or "BYWEEKDAY" => rule with { Days = [.. value.Split(',').Select(v => OrdinalDay(name, v.Trim()))] },
                "BYHOUR" => rule with { Hours = Numbers(name, value, 0, 23) },
                "BYMINUTE" => rule with { Minutes = Numbers(name, value, 0, 59) },
                "BYSECOND" => rule with { Seconds = Numbers(name, value, 0, 59) },
                "BYSETPOS" => rule with { Positions = Numbers(name, value, 1, 366, signed: true) },
                _ => throw new ScheduleFormatException($"rrule: unknown part '{name}'"),
            };
        }
        return (rule with { Frequency = frequency ?? throw new ScheduleFormatException($"rrule: FREQ is missing in '{text}'") }).FilledFromStart();
    }

    private static int[] Numbers(string name, string value, int min, int max, bool signed = false) =>
        [.. value.Split(',').Select(v => Number(name, v.Trim(), min, max, signed)).Distinct().Order()];

    private static int Number(string name, string value, int min, int max, bool signed = false)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new ScheduleFormatException($"rrule: {name} '{value}' is not a whole number");
        var size = signed ? Math.Abs((long)number) : number;
        return size >= min && size <= max ? number
            : throw new ScheduleFormatException($"rrule: {name} {number} is not between {min} and {max}{(signed ? " (or negative, from the end)" : "")}");
    }

    private static (int Ordinal, DayOfWeek Day) OrdinalDay(string name, string value)
    {
        // dateutil writes "MO(+2)" where the RFC has "+2MO"
        if (value.Split('(', ')') is [var day, var nth, ""])
            return (Number(name, nth, 1, 53, signed: true), Day(name, day));
        if (value.Length < 2)
            return (0, Day(name, value));
        return (value.Length == 2 ? 0 : Number(name, value[..^2], 1, 53, signed: true), Day(name, value[^2..]));
    }

    private static DayOfWeek Day(string name, string value)
    {
        var index = Array.IndexOf(DayNames, value.ToUpperInvariant());
        return index >= 0 ? (DayOfWeek)index : throw new ScheduleFormatException($"rrule: {name} '{value}' is not one of {string.Join(", ", DayNames)}");
    }

    private static DateTime Time(string name, string value) =>
        DateTime.TryParseExact(value.Trim(), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified)
            : throw new ScheduleFormatException($"rrule: {name} '{value}' is not a time such as 20260131T090000");
}
