using System.Globalization;

namespace Reeve.Cli.Output;

/// <summary>Times as people say them.</summary>
internal static class Ago
{
    public static string Of(DateTimeOffset? time, TimeProvider clock)
    {
        if (time is not { } when)
            return "";
        var span = clock.GetUtcNow() - when;
        return span < TimeSpan.Zero ? "in " + Span(-span) : Span(span) + " ago";
    }

    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => $"{span.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture)} ms",
        { TotalSeconds: < 90 } => $"{span.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s",
        { TotalMinutes: < 90 } => $"{span.TotalMinutes.ToString("F0", CultureInfo.InvariantCulture)} min",
        { TotalHours: < 36 } => $"{span.TotalHours.ToString("F0", CultureInfo.InvariantCulture)} h",
        _ => $"{span.TotalDays.ToString("F0", CultureInfo.InvariantCulture)} days",
    };
}
