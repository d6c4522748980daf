using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps;

/// <summary>
/// The `requires` of steps: Python packages by name. Those whose steps are built in are there by nature; of others this machine's Python is asked,
/// and what is missing is told. Nothing is installed behind anybody's back.
/// </summary>
internal static partial class StepRequirements
{
    // Given to the interpreter as a text; the names come as arguments. A name is a distribution or a module.
    private const string Question = """
        import sys, importlib.util, importlib.metadata as metadata
        def there(name):
            try:
                metadata.version(name)
                return True
            except metadata.PackageNotFoundError:
                pass
            try:
                return importlib.util.find_spec(name.replace('-', '_')) is not None
            except (ImportError, ValueError):
                return False
        print('\n'.join(name for name in sys.argv[1:] if not there(name)))
        """;

    // Blocks of these are built in too.
    private static readonly string[] OtherIntegrations = ["prefect-kubernetes", "prefect-github", "prefect-gitlab", "prefect-bitbucket", "prefect-shell"];

    /// <summary>What is missing, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(IReadOnlyList<StepCall> calls, string directory, CancellationToken ct)
    {
        List<string> faults = [];
        List<(StepCall Call, string Name)> asked = [];
        foreach (var call in calls)
            foreach (var text in Texts(call, faults))
                if (NameOf(text) is not { } name)
                    faults.Add($"the step '{call.Name}' requires '{text}', which is not the name of a package");
                else if (!IsBuiltIn(name))
                    asked.Add((call, name));
        if (asked.Count == 0)
            return faults;

        if (PythonClient.FindInterpreter() is not { } python)
            return [.. faults, .. asked.Select(one => $"the step '{one.Call.Name}' requires the Python package '{one.Name}', and there is no Python on this machine: install Python 3 and the package, or leave 'requires' out if the step does not need it")];
        var answer = await new ChildCommand(python, ["-c", Question, .. asked.Select(one => one.Name).Distinct()]) { WorkingDirectory = directory }.RunAsync(ct);
        if (answer.ExitCode != 0)
            return [.. faults, $"the Python at '{python}' could not be asked for required packages: {answer.StandardError.Trim()}"];
        var missing = answer.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. faults, .. asked.Where(one => missing.Contains(one.Name))
            .Select(one => $"the step '{one.Call.Name}' requires the Python package '{one.Name}', which the Python at '{python}' does not have: run '{python} -m pip install {one.Name}'")];
    }

    private static IEnumerable<string> Texts(StepCall call, List<string> faults)
    {
        switch (call.Requires)
        {
            case null:
                return [];
            case JsonValue value:
                return [value.ToString()];
            case JsonArray list when list.All(item => item is JsonValue):
                return list.Select(item => item!.ToString());
            default:
                faults.Add($"'requires' of the step '{call.Name}' should be a text or a list of texts");
                return [];
        }
    }

    private static bool IsBuiltIn(string name) => OtherIntegrations.Contains(name) || StepPackage.All.Any(package => package.Distributions.Contains(name));

    // "prefect_docker[extra] >= 0.3.0 ; marker": the name alone, as package indexes compare it.
    private static string? NameOf(string text)
    {
        var match = Requirement().Match(text);
        return match.Success ? Separators().Replace(match.Groups["name"].Value, "-").ToLowerInvariant() : null;
    }

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*([<>=!~@;( ].*)?$")]
    private static partial Regex Requirement();

    [GeneratedRegex("[-_.]+")]
    private static partial Regex Separators();
}
