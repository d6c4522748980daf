using System.Runtime.CompilerServices;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Tests.Steps;

/// <summary>docs/guides/steps.md holds a row for every step, with the inputs and outputs it has; <c>REEVE_ACCEPT=1</c> writes the rows.</summary>
public sealed class StepGuideTests
{
    private static readonly string Path = Find();

    private static string Find([CallerFilePath] string here = "") =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "guides", "steps.md");

    [Fact]
    public void Table_of_the_guide_is_the_catalog()
    {
        var lines = File.ReadAllLines(Path).ToList();
        var start = lines.FindIndex(line => line.StartsWith("| step | inputs |", StringComparison.Ordinal)) + 2;
        var end = lines.FindIndex(start, line => !line.StartsWith('|'));
        var rows = StepCatalog.BuiltIn.Steps.Select(step => Row(step.Signature)).ToList();
        if (Environment.GetEnvironmentVariable("REEVE_ACCEPT") == "1")
            File.WriteAllLines(Path, [.. lines[..start], .. rows, .. lines[end..]]);
        else
            Assert.Equal(rows, lines[start..end]);
    }

    [Fact]
    public void Every_common_input_stands_in_the_guide() =>
        Assert.All(StepSignature.Common, input => Assert.Contains(File.ReadAllLines(Path), line => line.StartsWith($"| `{input.Name}` | {Kind(input)} |", StringComparison.Ordinal)));

    private static string Row(StepSignature signature)
    {
        var old = signature.OldNames.Count == 0 ? "" : $" (was {string.Join(", ", signature.OldNames.Select(name => $"`{name}`"))})";
        var inputs = signature.Inputs.Select(input => $"`{input.Name}`{(input.Required ? "*" : "")} {Kind(input)}").Concat(signature.TakesAnyKey ? ["any other key"] : []);
        return $"| `{signature.FullName}`{old} | {string.Join(", ", inputs)} | {string.Join(", ", signature.Outputs!.Select(name => $"`{name}`"))} |";
    }

    private static string Kind(StepInput input) => input.Kind.ToString().ToLowerInvariant();
}
