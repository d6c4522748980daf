using System.Text.RegularExpressions;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Entrypoints;

/// <summary>Finds the compiler's own messages in what a build printed.</summary>
internal static partial class CompilerOutput
{
    private const int Most = 20;

    public static IReadOnlyList<Fault> Errors(string printed, string directory)
    {
        var faults = new FaultCollector();
        foreach (var line in printed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Error().Match(line);
            if (!match.Success)
                continue;
            var code = match.Groups["code"].Value;
            faults.Add(Position(match, directory), $"error {code}: {match.Groups["text"].Value}", Hint(code));
        }
        if (faults.Any)
            return faults.Faults.Count <= Most ? faults.Faults : [.. faults.Faults.Take(Most), new Fault(null, $"and {faults.Faults.Count - Most} more errors")];
        var last = printed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(5);
        return [new Fault(null, "the build failed: " + string.Join(" / ", last))];
    }

    private static SourcePosition? Position(Match match, string directory)
    {
        var file = match.Groups["file"].Value.Trim();
        if (file.Length == 0 || file is "CSC" or "MSBUILD")
            return null;
        var relative = Path.IsPathRooted(file) ? Path.GetRelativePath(directory, file) : file;
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? file : relative;
        return int.TryParse(match.Groups["line"].Value, out var line) && int.TryParse(match.Groups["column"].Value, out var column)
            ? new SourcePosition(shown, line, column)
            : new SourcePosition(shown, 0, 0);
    }

    private static string? Hint(string code) => code switch
    {
        "CS5001" => "a flow's file is a program: begin its code with a call of the flow, such as 'Hello();'",
        "NU1101" or "NU1102" or "NU1301" => "is the package source reachable, and is the version right?",
        "NETSDK1045" => "install the newer .NET SDK it asks for",
        _ => null,
    };

    [GeneratedRegex(@"^(?<file>[^:(]*?(:[\\/][^:(]*?)?)\s*(\((?<line>\d+),(?<column>\d+)(,\d+,\d+)?\))?\s*:\s*(\w+ )?error (?<code>[A-Z]+\d+)\s*:\s*(?<text>.+?)(\s\[[^\]]+\])?$")]
    private static partial Regex Error();
}
