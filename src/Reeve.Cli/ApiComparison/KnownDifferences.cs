using System.Text.RegularExpressions;

namespace Reeve.Cli.ApiComparison;

/// <summary>Differences that are meant, each with its reason. What is not here stands out.</summary>
internal static class KnownDifferences
{
    private static readonly Known[] All =
    [
        new("GET /api/admin/settings$", "^answer 200", "The settings shown are this program's own; the real server's list has what only it knows."),
        new("POST /api/artifacts$", "^answer 200: not given", "An artifact is new each time, and the answer says so: 201, as from the real server, whose document leaves it out."),
        new("validate", "^answer 200: not given", "A valid template is answered with 204, as by the real server, whose document leaves it out."),
        new(".", @"^body\.state\.(timestamp|id): not read", "The real server reads these to ignore them; here they are ignored as every unknown field is."),
        new("(POST|PUT) /api/automations", @"^body\.(trigger|actions\[\])\.type: required here only", "A family's member is told by its type, which every client sends; the real server guesses where it is missing."),
        new("(POST|PUT) /api/automations", ": string there, number here$", "A duration is read as text too; the schema, which is the answers' as well, has the seconds that are answered."),
    ];

    public static string? ReasonOf(string operation, string place, string what) => All.FirstOrDefault(known =>
        Regex.IsMatch(operation, known.Operation, RegexOptions.CultureInvariant) && Regex.IsMatch($"{place}: {what}", known.Place, RegexOptions.CultureInvariant))?.Reason;

    /// <param name="Operation">A pattern of "METHOD /api/path".</param>
    /// <param name="Place">A pattern of "place: what".</param>
    /// <param name="Reason">One sentence.</param>
    private sealed record Known(string Operation, string Place, string Reason);
}
