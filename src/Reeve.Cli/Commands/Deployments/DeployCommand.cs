using System.CommandLine;
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
    private readonly Option<string?> _from = new("--from") { Description = "A file with 'ib-block' and 'deployments', as CI scripts keep one for each environment: all of it is deployed", HelpName = "FILE" };
    private readonly DeployOverrides _overrides = new();

    public DeployCommand()
        : base("deploy", Summary)
    {
        Arguments.Add(_entrypoint);
        foreach (var option in (IEnumerable<Option>)[_all, _names, _file, _from, .. _overrides.Options])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve deploy --all"),
        new("reeve deploy -n nightly --param count=3"),
        new("reeve deploy flows/hello.cs:Hello -n hello -p local --cron \"0 6 * * *\" --timezone Europe/Berlin", "without a project file"),
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

        var (project, chosen) = await ChooseAsync(parse, session, ct);
        await using var lines = new DeployLines(session.Terminal);
        var builder = new FlowBuilder(session.Settings.Home, lines.Write, session.Time);
        var report = await new ProjectDeployer(session.Client, new EntrypointResolver(builder), lines.Write).DeployAsync(project, chosen, ct);
        Refuse(report.Faults);
        foreach (var deployed in report.Deployed)
            session.Terminal.Out.WriteLine($"Deployed '{deployed.FullName}'{(deployed.WorkPoolName is { } pool ? $" to work pool '{pool}'" : "")}{(deployed.HasSchedule ? ", with a schedule" : "")}.");
        TellNext(report, session.Terminal.Out);
        return ExitCodes.Done;
    }

    private static void TellNext(DeployReport report, TextWriter output)
    {
        if (report.Deployed is not [var first, ..])
            return;
        output.WriteLine($"Run it: {CommandName.Text} deployment run {first.FullName} --watch");
        foreach (var pool in report.Deployed.Select(d => d.WorkPoolName).OfType<string>().Distinct())
            output.WriteLine($"A worker for it: {CommandName.Text} worker start --pool {pool}");
    }

    private async Task<(Project Project, IReadOnlyList<ProjectDeployment> Chosen)> ChooseAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var folder = Directory.GetCurrentDirectory();
        var file = parse.GetValue(_file) ?? ProjectReader.Find(folder);
        var names = parse.GetValue(_names) ?? [];
        var fields = _overrides.Fields(parse);
        if (parse.GetValue(_entrypoint) is { } entrypoint)
        {
            if (names is not [var name])
                throw new CliException("a deployment of an entrypoint needs one name", $"{CommandName.Text} deploy {entrypoint} --name NAME --pool POOL", ExitCodes.Usage);
            fields["name"] = name;
            fields["entrypoint"] = entrypoint;
            var (deployment, faults) = DeploymentSelection.FromCommandLine(fields);
            Refuse(faults);
            var around = file is null ? new Project { File = Path.Combine(folder, ProjectReader.FileNames[0]) } : await ReadAsync(file, ct);
            return (around, [deployment!]);
        }

        var project = await ReadAsync(file ?? throw new CliException("there is no reeve.yaml or prefect.yaml in this folder", $"make one: {CommandName.Text} init; or name one: --prefect-file FILE"), ct);
        var chosen = Select(project, parse.GetValue(_all), names, session);
        if (fields.Count == 0)
            return (project, chosen);
        if (chosen is not [var only])
            throw new CliException("options that change a deployment need one deployment", "choose it: -n NAME", ExitCodes.Usage);
        var (changed, mistakes) = DeploymentSelection.Override(only, fields);
        Refuse(mistakes);
        return (project, [changed!]);
    }

    private static IReadOnlyList<ProjectDeployment> Select(Project project, bool all, string[] names, CliSession session)
    {
        var known = DeploymentSelection.All(project);
        if (known.Count == 0)
            throw new CliException($"{project.File} has no deployments", "fill in its 'deployments'");
        if (names.Length == 0 && !all && known.Count > 1)
            names = session.MayAsk ? [session.Terminal.Ask($"Which deployment ({string.Join(", ", known.Select(d => d.Name))})", known[0].Name)]
                : throw new CliException($"{project.File} has {known.Count} deployments", $"say which: --all, or -n NAME ({string.Join(", ", known.Select(d => d.Name))})", ExitCodes.Usage);
        if (names.Length == 0)
            return known;
        var (chosen, faults) = DeploymentSelection.ByName(project, names);
        Refuse(faults);
        return chosen;
    }

    private static async Task<Project> ReadAsync(string file, CancellationToken ct)
    {
        var reading = await ProjectReader.ReadFileAsync(file, ct);
        Refuse(reading.Faults);
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
