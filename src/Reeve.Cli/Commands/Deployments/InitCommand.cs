using System.CommandLine;
using Reeve.Deployments.Deploying;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class InitCommand : CliCommand
{
    public const string Summary = "Write the files of a new project into this folder";
    private readonly Option<string?> _name = new("--name") { Description = "The project's name; default: the folder's", HelpName = "NAME" };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "Where the code is pulled from: " + string.Join(", ", ProjectInitializer.Recipes), HelpName = "RECIPE" };
    private readonly Option<string[]> _field = new("--field", "-f") { Description = "A value for the recipe. May be repeated", HelpName = "KEY=VALUE" };

    public InitCommand()
        : base("init", Summary)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_name, _recipe, _field])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve init"), new("reeve init --recipe git --field branch=main")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var directory = Directory.GetCurrentDirectory();
        var initializer = new ProjectInitializer(directory);
        var fields = (parse.GetValue(_field) ?? []).Select(f => f.Split('=', 2)).ToList();
        if (fields.Find(f => f.Length < 2) is { } wrong)
            throw new CliException($"--field '{wrong[0]}' is not KEY=VALUE", exitCode: ExitCodes.Usage);
        var recipe = parse.GetValue(_recipe) ?? await ChooseAsync(initializer, session, ct);
        var report = await initializer.InitializeAsync(recipe, parse.GetValue(_name), fields.ToDictionary(f => f[0], f => f[1]), ct);
        if (report.Faults.Count > 0)
            throw new CliException(string.Join("\n", report.Faults));
        var output = session.Terminal.Out;
        output.WriteLine(report.Written.Count == 0 ? "Nothing was written: the project's files are there already." : $"Created project in {directory} from recipe '{recipe}':");
        foreach (var file in report.Written)
            output.WriteLine("  " + file);
        output.WriteLine($"Next: fill in 'deployments' in prefect.yaml, then {CommandName.Text} deploy --all");
        return ExitCodes.Done;
    }

    private static async Task<string> ChooseAsync(ProjectInitializer initializer, CliSession session, CancellationToken ct)
    {
        var guess = await initializer.GuessRecipeAsync(ct);
        return session.MayAsk ? session.Terminal.Ask($"Recipe ({string.Join(", ", ProjectInitializer.Recipes)})", guess) : guess;
    }
}
