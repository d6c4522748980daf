using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Reeve.Cli.Commands.Deployments;

/// <summary><c>--start-in</c> and <c>--start-at</c>.</summary>
internal sealed partial class WhenOptions
{
    public Option<string?> StartIn { get; } = new("--start-in") { Description = "Start after this time: \"90s\", \"10 minutes\", \"1h 30min\"", HelpName = "TIME" };

    public Option<string?> StartAt { get; } = new("--start-at") { Description = "Start then: \"2030-01-31 14:00\", \"14:00\" (the next one), with or without a zone", HelpName = "TIME" };

    /// <summary>The moment that is asked for; null: now.</summary>
    public DateTimeOffset? Moment(ParseResult parse, TimeProvider time) => (parse.GetValue(StartIn), parse.GetValue(StartAt)) switch
    {
        (null, null) => null,
        ({ } text, null) => time.GetUtcNow() + Span(text),
        (null, { } text) => At(text, time),
        _ => throw new CliException("--start-in and --start-at exclude each other", exitCode: ExitCodes.Usage),
    };

    internal static TimeSpan Span(string text)
    {
        // "in 10 minutes" is how some people say it.
        var rest = text.Trim().StartsWith("in ", StringComparison.OrdinalIgnoreCase) ? text.Trim()[3..] : text.Trim();
        var total = TimeSpan.Zero;
        var matches = Part().Matches(rest);
        if (matches.Count == 0 || Part().Replace(rest, "").Replace("and", "", StringComparison.OrdinalIgnoreCase).Trim(' ', ',') is not "")
            throw new CliException($"--start-in '{text}' is not a time", "for example: \"90s\", \"10 minutes\", \"1h 30min\"", ExitCodes.Usage);
        foreach (Match part in matches)
        {
            var number = double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture);
            total += char.ToLowerInvariant(part.Groups[2].Value[0]) switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => TimeSpan.FromDays(7 * number),
            };
        }

        return total;
    }

    private static DateTimeOffset At(string text, TimeProvider time)
    {
        var now = time.GetLocalNow();
        if (TimeOnly.TryParseExact(text, ["H:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            var today = now.Date + clock.ToTimeSpan();
            return Local(today > now.DateTime ? today : today.AddDays(1), time);
        }

        if (DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var plain) && !ZoneSuffix().IsMatch(text))
            return Local(DateTime.SpecifyKind(plain, DateTimeKind.Unspecified), time);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new CliException($"--start-at '{text}' is not a time", "for example: \"2030-01-31 14:00\", \"2030-01-31T14:00:00+01:00\", \"14:00\"", ExitCodes.Usage);
    }

    private static DateTimeOffset Local(DateTime moment, TimeProvider time) => new(moment, time.LocalTimeZone.GetUtcOffset(moment));

    [GeneratedRegex(@"(\d+(?:\.\d+)?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])", RegexOptions.IgnoreCase)]
    private static partial Regex Part();

    [GeneratedRegex(@"(Z|[+-]\d{2}:?\d{2})$")]
    private static partial Regex ZoneSuffix();
}
