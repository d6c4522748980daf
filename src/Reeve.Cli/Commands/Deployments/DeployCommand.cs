using System.CommandLine;
using System.Text.Json.Nodes;
using Reeve.Cli.Commands.Deployments.Wizard;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class DeployCommand : CliCommand
{
    public const string Summary = "Make or change the deployments of a project";
    private readonly Argument<string?> _entrypoint = new("ENTRYPOINT") { Description = "A flow that is in no project file: flows/hello.cs:Hello; --name and --pool go with it", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "All deployments of the project file" };
    private readonly Option<string[]> _names = new("--name", "-n") { Description = "A deployment of the project file: NAME, FLOW/NAME, with * and ?. May be repeated", HelpName = "NAME" };
    private readonly Option<string?> _file = new("--prefect-file", "--project-file", "--file") { Description = "The project file, or a program that registers deployments (flows.deployment.cs); default: reeve.yaml or prefect.yaml in this folder", HelpName = "FILE" };
    private readonly Option<string?> _environment = new("--env", "-e") { Description = "The environment of the project file that is laid over it", HelpName = "NAME" };
    private readonly Option<bool> _render = new("--render") { Description = "Print the project file as it would be deployed, secrets masked; nothing is written and no step runs" };
    private readonly Option<string?> _from = new("--from") { Description = "A file with 'ib-block' and 'deployments', as CI scripts keep one for each environment: all of it is deployed", HelpName = "FILE" };
    private readonly DeployOverrides _overrides = new();
    private readonly WizardOptions _wizard = new();

    public DeployCommand()
        : base("deploy", Summary)
    {
        Arguments.Add(_entrypoint);
        foreach (var option in (IEnumerable<Option>)[_all, _names, _file, _environment, _render, _from, .. _overrides.Options, .. _wizard.Options])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve deploy", "asks for everything, and offers to write it down"),
        new("reeve deploy --all"),
        new("reeve deploy --all --env prod", "with what the file says of an environment"),
        new("reeve deploy -n nightly --param count=3"),
        new("reeve deploy --all --render", "what would be deployed, secrets masked"),
        new("reeve deploy flows/hello.cs:Hello -n hello -p local --cron \"0 6 * * *\" --timezone Europe/Berlin", "without a project file"),
        new("reeve deploy flows/hello.cs:Hello -n hello -p local --repository https://git.example/team/flows.git --token-from-env GIT_TOKEN --save", "from a private repository"),
        new("reeve deploy --from prefect-deployments-dev.yaml", "block-based deployments, for agents"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetValue(_from) is { } from)
        {
            if (parse.GetValue(_file) is not null || parse.GetValue(_entrypoint) is not null || _overrides.Fields(parse).Count > 0)
                throw new CliException("--from deploys what its file says; it goes with no other option but --name", exitCode: ExitCodes.Usage);
            return await DeployFrom.RunAsync(from, parse.GetValue(_names) ?? [], session, ct);
        }

        if (parse.GetValue(_file) is { } program && DeploymentProgram.IsProgram(program))
        {
            if (!File.Exists(program))
                throw new CliException($"there is no file '{program}'");
            await DeploymentApplyCommand.ApplyAsync(program, session, ct);
            return ExitCodes.Done;
        }

        var questions = new Questions(session.Terminal, session.MayAsk && !_wizard.NeverAsks(parse) && !parse.GetValue(_render));
        var answers = _wizard.Read(parse);
        if (parse.GetValue(_render) && answers.Writing is { } writing)
            throw new CliException($"--render writes nothing, and {writing} does", $"leave {writing} out", ExitCodes.Usage);
        await using var lines = new DeployLines(session.Terminal);
        var entrypoints = new EntrypointResolver(new FlowBuilder(session.Settings.Home, lines.Write, session.Time));
        var (project, chosen, made) = await ChooseAsync(parse, session, questions, new DeployWizard(session, questions, answers, entrypoints), entrypoints, ct);
        if (parse.GetValue(_render))
            return await RenderAsync(project, chosen, entrypoints, session, ct);
        DeployReport? report = null;
        try
        {
            report = await new ProjectDeployer(session.Client, entrypoints, lines.Write).DeployAsync(project, chosen, ct);
        }
        finally
        {
            if (report is not { Succeeded: true } && made is not null)
                await DeployWizard.GiveUpAsync(made, questions);
        }
        Refuse(report.Faults);
        foreach (var deployed in report.Deployed)
            session.Terminal.Out.WriteLine($"Deployed '{deployed.FullName}'{(deployed.WorkPoolName is { } pool ? $" to work pool '{pool}'" : "")}{(deployed.HasSchedule ? ", with a schedule" : "")}.");
        TellNext(report, session.Terminal.Out);
        if (made is not null)
            await DeploymentSaving.OfferAsync(questions, answers.Save, project.File, made.Deployment, session, ct);
        return ExitCodes.Done;
    }

    private static async Task<int> RenderAsync(Project project, IReadOnlyList<ProjectDeployment> chosen, EntrypointResolver entrypoints, CliSession session, CancellationToken ct)
    {
        var (yaml, faults) = await new ProjectRenderer(session.Client, entrypoints).RenderAsync(project, chosen, ct);
        Refuse(faults);
        session.Terminal.Out.Write(yaml);
        return ExitCodes.Done;
    }

    private static void TellNext(DeployReport report, TextWriter output)
    {
        if (report.Deployed is not [var first, ..])
            return;
        output.WriteLine($"Run it: {CommandName.Text} deployment run {(first.FullName.Contains(' ', StringComparison.Ordinal) ? $"\"{first.FullName}\"" : first.FullName)} --watch");
        foreach (var pool in report.Deployed.Select(d => d.WorkPoolName).OfType<string>().Distinct())
            output.WriteLine($"A worker for it: {CommandName.Text} worker start --pool {pool}");
    }

    // What is deployed, and what of it the command line says that no file says yet.
    private async Task<(Project Project, IReadOnlyList<ProjectDeployment> Chosen, NewDeployment? Made)> ChooseAsync(ParseResult parse, CliSession session, Questions questions, DeployWizard wizard, EntrypointResolver entrypoints, CancellationToken ct)
    {
        var folder = session.Folder;
        var file = parse.GetValue(_file) ?? ProjectReader.Find(folder);
        var (names, all, entrypoint) = (parse.GetValue(_names) ?? [], parse.GetValue(_all), parse.GetValue(_entrypoint));
        var fields = _overrides.Fields(parse);
        var project = file is null ? new Project { File = Path.Combine(folder, ProjectReader.FileNames[1]) } : await ReadAsync(file, parse.GetValue(_environment), session, entrypoints, ct);
        var known = DeploymentSelection.All(project);
        var asksForNew = questions.MayAsk && entrypoint is null && !all;
        if (asksForNew && names.Length == 0 && known.Count > 0)
        {
            names = [.. DeployWizard.ChooseExisting(questions, known) ?? []];
            asksForNew = names.Length == 0;
        }
        else
            asksForNew = asksForNew && known.Count == 0;

        if (entrypoint is not null || asksForNew)
        {
            if (names.Length > 1)
                throw new CliException("a deployment of an entrypoint needs one name", $"{CommandName.Text} deploy {entrypoint} --name NAME --pool POOL", ExitCodes.Usage);
            var made = await wizard.RunAsync(project, entrypoint, names.FirstOrDefault(), fields, ct);
            var (deployment, faults) = DeploymentSelection.FromCommandLine(made.Deployment, project);
            if (faults.Count > 0)
                await DeployWizard.GiveUpAsync(made, questions);
            Refuse(faults);
            return (project, [deployment!], made);
        }

        if (file is null)
            throw new CliException("there is no reeve.yaml or prefect.yaml in this folder", $"make one: {CommandName.Text} init; or name one: --prefect-file FILE; or deploy a flow: {CommandName.Text} deploy flows/hello.cs:Hello -n NAME -p POOL");
        if (_wizard.Read(parse).OfNewDeployment is { } flag)
            throw new CliException($"{flag} is for a new deployment", $"name the flow too: {CommandName.Text} deploy flows/hello.cs:Hello -n NAME {flag} …", ExitCodes.Usage);
        var chosen = Select(project, all, names);
        if (chosen is [var only])
            await wizard.CompleteAsync(only, fields, ct);
        return Override(project, chosen, fields);
    }

    private static (Project, IReadOnlyList<ProjectDeployment>, NewDeployment?) Override(Project project, IReadOnlyList<ProjectDeployment> chosen, JsonObject fields)
    {
        if (fields.Count == 0)
            return (project, chosen, null);
        if (chosen is not [var only])
            throw new CliException("options that change a deployment need one deployment", "choose it: -n NAME", ExitCodes.Usage);
        var (changed, mistakes) = DeploymentSelection.Override(only, fields);
        Refuse(mistakes);
        var said = new JsonObject { ["name"] = only.Name, ["entrypoint"] = only.Entrypoint };
        foreach (var (key, value) in fields)
            said[key] = value?.DeepClone();
        return (project, [changed!], new NewDeployment(said, null));
    }

    private static IReadOnlyList<ProjectDeployment> Select(Project project, bool all, string[] names)
    {
        var known = DeploymentSelection.All(project);
        if (known.Count == 0)
            throw new CliException($"{project.File} has no deployments", "fill in its 'deployments'");
        if (names.Length == 0 && !all && known.Count > 1)
            throw new CliException($"{project.File} has {known.Count} deployments", $"say which: --all, or -n NAME ({string.Join(", ", known.Select(d => d.Name))})", ExitCodes.Usage);
        if (names.Length == 0)
            return known;
        var (chosen, faults) = DeploymentSelection.ByName(project, names);
        Refuse(faults);
        return chosen;
    }

    private static async Task<Project> ReadAsync(string file, string? environment, CliSession session, EntrypointResolver entrypoints, CancellationToken ct)
    {
        var reading = await ProjectReader.ReadFileAsync(file, ct, environment: environment);
        session.PreferProfile(reading.Readable?.Profile);
        Refuse(await new ProjectCheck(session.Client, entrypoints).FaultsOfAsync(reading, ct));
        return reading.Project!;
    }

    // All faults at once, each with its place; nothing was deployed.
    private static void Refuse(IReadOnlyList<Fault> faults)
    {
        if (faults.Count > 0)
            throw new CliException((faults.Count == 1 ? "" : $"{faults.Count} faults; nothing was deployed:\n  ") + string.Join("\n  ", faults));
    }
}

/// <summary>What building and the steps of a deploy say, on the side of faults and progress.</summary>
internal sealed class DeployLines(Terminal terminal) : IAsyncDisposable
{
    private readonly Lock _gate = new();

    public void Write(OutputLine line)
    {
        if (line.Level is LineLevel.Debug)
            return;
        lock (_gate)
            terminal.Error.WriteLine(line.Level is LineLevel.Warning or LineLevel.Error ? $"{line.Level}: {line.Message}" : line.Message);
    }

    public async ValueTask DisposeAsync() => await terminal.Error.FlushAsync();
}
