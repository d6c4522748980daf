using System.Text.RegularExpressions;

namespace Reeve.Cli.ApiComparison;

/// <summary>Differences that are meant, each with its reason. What is not here stands out.</summary>
internal static class KnownDifferences
{
    private static readonly Known[] All =
    [
        new("GET /api/admin/settings$", "^answer 200", "The settings shown are this program's own; the real server's list has what only it knows."),
    ];

    public static string? ReasonOf(string operation, string place, string what) => All.FirstOrDefault(known =>
        Regex.IsMatch(operation, known.Operation, RegexOptions.CultureInvariant) && Regex.IsMatch($"{place}: {what}", known.Place, RegexOptions.CultureInvariant))?.Reason;

    /// <param name="Operation">A pattern of "METHOD /api/path".</param>
    /// <param name="Place">A pattern of "place: what".</param>
    /// <param name="Reason">One sentence.</param>
    private sealed record Known(string Operation, string Place, string Reason);
}
