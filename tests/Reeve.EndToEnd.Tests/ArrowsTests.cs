using System.Reflection;

namespace Reeve.EndToEnd.Tests;

/// <summary>The plan of the house: which project may know which.</summary>
public sealed class ArrowsTests
{
    [Theory]
    [InlineData("Reeve.Protocol")]
    [InlineData("Reeve", "Reeve.Protocol")]
    [InlineData("Reeve.Deployments", "Reeve.Protocol", "Reeve")]
    [InlineData("Reeve.Workers", "Reeve.Protocol", "Reeve", "Reeve.Deployments")]
    [InlineData("Reeve.Server", "Reeve.Protocol")]
    [InlineData("Reeve.Cli", "Reeve.Protocol", "Reeve", "Reeve.Deployments", "Reeve.Workers", "Reeve.Server")]
    public void A_project_knows_only_those_that_the_plan_allows(string project, params string[] allowed)
    {
        var known = Assembly.Load(project).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(name => name == "Reeve" || name.StartsWith("Reeve.", StringComparison.Ordinal));

        Assert.Empty(known.Except(allowed));
    }

    [Fact]
    public void The_protocol_needs_nothing_but_the_framework()
    {
        var known = Assembly.Load("Reeve.Protocol").GetReferencedAssemblies().Select(a => a.Name!);

        Assert.All(known, name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }
}
