using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Steps;

/// <summary>A length of time as people write it in a step: 90, "90", "90s", "5m", "1h30m", "500ms", "00:05:00".</summary>
public static partial class StepDuration
{
    public const string Expected = "a length of time: seconds, or a text like \"90s\", \"5m\", \"1h30m\"";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(20); // more is no timer's to measure

    public static bool TryParse(JsonNode? node, out TimeSpan duration)
    {
        duration = default;
        return node is JsonValue value && value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number && TryParse(node.ToString(), out duration);
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var trimmed = text.Trim();
        if (double.TryParse(trimmed, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var seconds))
            return InRange(seconds, out duration);
        if (trimmed.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParseExact(trimmed, @"h\:mm\:ss", CultureInfo.InvariantCulture, out duration);
        if (!Written().IsMatch(trimmed))
            return false;
        var sum = Part().Matches(trimmed).Sum(part => double.Parse(part.Groups["number"].Value, CultureInfo.InvariantCulture) * part.Groups["unit"].Value switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => 86_400,
        });
        return InRange(sum, out duration);
    }

    private static bool InRange(double seconds, out TimeSpan duration)
    {
        var fits = seconds >= 0 && seconds <= Longest.TotalSeconds;
        duration = fits ? TimeSpan.FromSeconds(seconds) : default;
        return fits;
    }

    [GeneratedRegex(@"^(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$")]
    private static partial Regex Written();

    [GeneratedRegex(@"(?<number>\d+(\.\d+)?)\s*(?<unit>ms|s|m|h|d)")]
    private static partial Regex Part();
}
