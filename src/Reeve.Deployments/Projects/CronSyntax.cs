using System.Globalization;

namespace Reeve.Deployments.Projects;

/// <summary>
/// Whether a cron expression can be read: five fields (six with seconds at the end) of numbers, names, ranges, steps and lists, or a name such as
/// "@daily". Only the form is judged; the server computes the times.
/// </summary>
internal static class CronSyntax
{
    private static readonly string[] Aliases = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly Field[] Fields =
    [
        new("minute", 0, 59, []), new("hour", 0, 23, []), new("day of month", 1, 31, []), new("month", 1, 12, Months), new("day of week", 0, 7, Days),
        new("second", 0, 59, []),
    ];

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? Mistake(string expression)
    {
        var text = expression.Trim();
        if (text.StartsWith('@'))
            return Aliases.Contains(text.ToLowerInvariant()) ? null : $"'{text}' is not one of {string.Join(", ", Aliases)}";
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (5 or 6))
            return $"expected five fields (minute, hour, day of month, month, day of week), found {parts.Length}";
        return parts.Select((part, index) => Mistake(part, Fields[index])).FirstOrDefault(mistake => mistake is not null);
    }

    private static string? Mistake(string part, Field field) => part.Split(',').Select(item => ItemMistake(item, field)).FirstOrDefault(mistake => mistake is not null);

    private static string? ItemMistake(string item, Field field)
    {
        var (range, step) = Cut(item, '/');
        if (step is not null && !(int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var every) && every > 0))
            return $"{field.Name}: '{step}' is not a step (a whole number above 0)";
        if (range is "*" or "?" || (range is "L" or "l" && field.Name == "day of month"))
            return null;
        if (field.Name == "day of week")
        {
            // fri#2 is the second Friday, L5 the last one
            var (day, ordinal) = Cut(range, '#');
            if (ordinal is not null)
                return ordinal is "1" or "2" or "3" or "4" or "5" or "L" or "l" ? field.Mistake(day) : $"{field.Name}: after '#' comes 1 to 5 or L, not '{ordinal}'";
            if (range.Length > 1 && range[0] is 'L' or 'l')
                return field.Mistake(range[1..]);
        }
        var (from, to) = Cut(range, '-');
        return field.Mistake(from) ?? (to is null ? null : field.Mistake(to));
    }

    private static (string Before, string? After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private sealed record Field(string Name, int Least, int Most, string[] Names)
    {
        public string? Mistake(string value)
        {
            if (Names.Contains(value.ToLowerInvariant()))
                return null;
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return $"{Name}: '{value}' is not a number" + (Names.Length > 0 ? $" or a name ({Names[0]} to {Names[^1]})" : "");
            return number >= Least && number <= Most ? null : $"{Name}: {number} is not between {Least} and {Most}";
        }
    }
}
