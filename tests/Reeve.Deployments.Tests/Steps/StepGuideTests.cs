using System.Runtime.CompilerServices;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Tests.Steps;

/// <summary>docs/guides/steps.md holds a row for every step, with the inputs and outputs it has.</summary>
public sealed class StepGuideTests
{
    public static TheoryData<string> Steps => [.. StepCatalog.BuiltIn.Steps.Select(step => step.Signature.FullName)];

    private static string[] Guide([CallerFilePath] string here = "") =>
        File.ReadAllLines(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "guides", "steps.md"));

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_step_stands_in_the_guide_as_it_is(string name) => Assert.Contains(Row(StepCatalog.BuiltIn.Find(name)!.Signature), Guide());

    [Fact]
    public void Every_row_of_the_guide_is_a_step()
    {
        var rows = Guide().SkipWhile(line => line != "## The steps").Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains(".steps.", StringComparison.Ordinal));

        Assert.Equal(StepCatalog.BuiltIn.Steps.Select(step => Row(step.Signature)).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_common_input_stands_in_the_guide() =>
        Assert.All(StepSignature.Common, input => Assert.Contains(Guide(), line => line.StartsWith($"| `{input.Name}` | {Kind(input)} |", StringComparison.Ordinal)));

    private static string Row(StepSignature signature)
    {
        var old = signature.OldNames.Count == 0 ? "" : $" (was {string.Join(", ", signature.OldNames.Select(name => $"`{name}`"))})";
        var inputs = signature.Inputs.Select(input => $"`{input.Name}`{(input.Required ? "*" : "")} {Kind(input)}").Concat(signature.TakesAnyKey ? ["any other key"] : []);
        return $"| `{signature.FullName}`{old} | {string.Join(", ", inputs)} | {string.Join(", ", signature.Outputs!.Select(name => $"`{name}`"))} |";
    }

    private static string Kind(StepInput input) => input.Kind.ToString().ToLowerInvariant();
}
