using System.Globalization;
using System.Numerics;

namespace Reeve.Protocol.Schedules;

/// <summary>One field of a cron expression: lists of values, ranges and steps, as a set of bits.</summary>
internal sealed record CronField(string Name, int Min, int Max, string[] Names)
{
    internal static readonly CronField Second = new("second", 0, 59, []);
    internal static readonly CronField Minute = new("minute", 0, 59, []);
    internal static readonly CronField Hour = new("hour", 0, 23, []);
    internal static readonly CronField DayOfMonth = new("day of month", 1, 31, []);
    internal static readonly CronField Month = new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
    // 7 is Sunday too; it is folded into 0 by the days
    internal static readonly CronField DayOfWeek = new("day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    internal ulong Parse(string text)
    {
        ulong set = 0;
        foreach (var item in text.Split(','))
            set |= Item(item, text);
        return set;
    }

    /// <summary>Whether the set leaves nothing out.</summary>
    internal bool IsAll(ulong set) => BitOperations.PopCount(set) == (this == DayOfWeek ? 7 : Max - Min + 1);

    private ulong Item(string item, string text)
    {
        var (range, step) = item.Split('/') switch
        {
            [var only] => (only, 1),
            [var head, var tail] => (head, int.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                ? n : throw Fault(text, $"the step '{tail}' is not a number above 0")),
            _ => throw Fault(text, "more than one '/'"),
        };
        var highest = this == DayOfWeek ? 6 : Max;
        var (first, last) = range.Split('-') switch
        {
            ["*" or "?"] => (Min, highest),
            [var only] when item.Contains('/', StringComparison.Ordinal) => (Value(only, text), highest),
            [var only] => (Value(only, text), Value(only, text)),
            [var low, var high] => (Value(low, text), Value(high, text)),
            _ => throw Fault(text, $"'{range}' is not a value, a range or '*'"),
        };
        ulong set = 0;
        // a range may go round the end: "fri-mon", "22-2"
        var length = first <= last ? last - first : last - first + (highest - Min + 1);
        for (var i = 0; i <= length; i += step)
        {
            var value = first + i;
            set |= 1UL << (value > Math.Max(highest, last) ? value - (highest - Min + 1) : value);
        }
        return set;
    }

    internal int Value(string value, string text)
    {
        var index = Array.FindIndex(Names, n => n.Equals(value, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
            return index + (this == Month ? 1 : 0);
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw Fault(text, value.Length == 0 ? "an empty value" : $"'{value}' is not a number{(Names.Length > 0 ? $" or one of {string.Join(", ", Names)}" : "")}");
        return number >= Min && number <= Max ? number : throw Fault(text, $"{number} is not between {Min} and {Max}");
    }

    internal ScheduleFormatException Fault(string text, string found) => new($"cron: {Name} '{text}': {found}");
}
