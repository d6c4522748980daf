using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Deployments.Deploying.Recipes;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class RecipeLsCommand() : CliCommand("ls", "List the recipes that 'init --recipe' takes")
{
    public override IReadOnlyList<Example> Examples => [new("reeve project recipe ls")];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var table = new TextTable("Name", "Description", "Asks for");
        foreach (var recipe in Recipe.All)
            table.Add(recipe.Name, recipe.Description, string.Join(", ", recipe.Inputs.Select(input => input.Name)));
        table.Write(session.Terminal.Out, "");
        return Task.FromResult(ExitCodes.Done);
    }
}
