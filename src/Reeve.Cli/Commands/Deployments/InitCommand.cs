using System.CommandLine;
using Reeve.Cli.Commands.Deployments.Wizard;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Deploying.Recipes;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class InitCommand : CliCommand
{
    public const string Summary = "Write the files of a new project into this folder";
    private readonly Option<string?> _name = new("--name") { Description = "The project's name; default: the folder's", HelpName = "NAME" };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "How the code gets to where it runs: " + string.Join(", ", Recipe.All.Select(recipe => recipe.Name)), HelpName = "RECIPE" };
    private readonly Option<string[]> _field = new("--field", "-f") { Description = "A value for the recipe: image_name, tag, bucket, container, folder, credentials, repository, branch … May be repeated", HelpName = "KEY=VALUE" };

    public InitCommand()
        : base("init", Summary)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_name, _recipe, _field])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve init", "asks for the recipe; without a terminal it takes the one that fits the folder"),
        new("reeve init --recipe git --field branch=main"),
        new("reeve init --recipe docker-s3 -f image_name=registry.example.com/flows -f tag=latest -f bucket=code"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var directory = session.Folder;
        var initializer = new ProjectInitializer(directory);
        var questions = new Questions(session.Terminal, session.MayAsk);
        var fields = Fields(parse);
        var recipe = parse.GetValue(_recipe) is { } named ? Named(named) : await ChooseAsync(initializer, questions, ct);
        foreach (var input in recipe.Inputs.Where(input => questions.MayAsk && !fields.ContainsKey(input.Name)))
            fields[input.Name] = questions.Text($"{input.Name}: {input.Question}", $"--field {input.Name}=VALUE", input.Name == "tag" ? "latest" : null);
        if (questions.MayAsk && recipe.Fields.Contains("credentials") && !fields.ContainsKey("credentials") && recipe.Name.EndsWith("azure", StringComparison.Ordinal))
            fields["credentials"] = questions.Text("credentials: The azure-blob-storage-credentials block, or the address of the storage account", "--field credentials=BLOCK", "azure-storage");

        var report = await initializer.InitializeAsync(recipe.Name, parse.GetValue(_name), fields, ct);
        if (report.Faults.Count > 0)
            throw new CliException(string.Join("\n  ", report.Faults), exitCode: ExitCodes.Usage);
        var output = session.Terminal.Out;
        output.WriteLine(report.Written.Count == 0 ? "Nothing was written: the project's files are there already." : $"Created project in {directory} from recipe '{recipe.Name}' with the following new files:");
        foreach (var file in report.Written)
            output.WriteLine("  " + file);
        output.WriteLine($"Next: fill in 'deployments' in prefect.yaml, then {CommandName.Text} deploy --all; or let {CommandName.Text} deploy ask for everything.");
        return ExitCodes.Done;
    }

    private Dictionary<string, string> Fields(ParseResult parse)
    {
        Dictionary<string, string> fields = [];
        foreach (var given in parse.GetValue(_field) ?? [])
        {
            if (given.Split('=', 2) is not [{ Length: > 0 } key, var value])
                throw new CliException($"--field '{given}' is not KEY=VALUE", exitCode: ExitCodes.Usage);
            fields[key.Trim()] = value;
        }
        return fields;
    }

    private static Recipe Named(string name)
    {
        var (recipe, fault) = ProjectInitializer.FindRecipe(name);
        return recipe ?? throw new CliException(fault!.ToString());
    }

    // The last row is for whoever wants none.
    private static async Task<Recipe> ChooseAsync(ProjectInitializer initializer, Questions questions, CancellationToken ct)
    {
        var guess = Named(await initializer.GuessRecipeAsync(ct));
        if (!questions.MayAsk)
            return guess;
        var rows = Recipe.All.Select(recipe => new[] { recipe.Name, recipe.Description }).Append(["(none)", "No, I'll use the default deployment configuration."]).ToList();
        var chosen = questions.Choose("Would you like to initialize your deployment configuration with a recipe?", "--recipe RECIPE", ["Name", "Description"], rows, Recipe.All.ToList().IndexOf(guess));
        return chosen < Recipe.All.Count ? Recipe.All[chosen] : Named("local");
    }
}
