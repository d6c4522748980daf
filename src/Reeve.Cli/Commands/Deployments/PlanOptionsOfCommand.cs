using System.CommandLine;
using Reeve.Client;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Planning;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Projects;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>The options that plan, apply and promote share, and making the plan that they ask for.</summary>
internal sealed class PlanOptionsOfCommand
{
    private readonly Option<string[]> _files = new("--prefect-file", "--project-file", "--file", "-f") { Description = "A project file; several of one project name are one project. Default: reeve.yaml or prefect.yaml in this folder", HelpName = "FILE" };
    private readonly Option<string[]> _names = new("--name", "-n") { Description = "Only this deployment: NAME, FLOW/NAME, with * and ?. May be repeated", HelpName = "NAME" };
    private readonly Option<string?> _environment = new("--env", "-e") { Description = "The environment of the project file", HelpName = "NAME" };
    private readonly Option<bool> _prune = new("--prune") { Description = "Delete what the project owns and no longer names" };
    private readonly Option<bool> _overwrite = new("--overwrite", "--force") { Description = "Where file and server have both changed, the file wins" };
    private readonly Option<bool> _reset = new("--reset") { Description = "The file also takes back what was changed on the server" };
    private readonly Option<bool> _rebuild = new("--rebuild") { Description = "Run build and push steps although the content is known" };
    private readonly Option<string?> _promoteFrom = new("--promote-from") { Description = "Take commit and builds of this environment's last apply in the place of building", HelpName = "NAME" };
    private readonly Option<bool> _anyCommit = new("--any-commit") { Description = "Promote although this checkout is another commit" };

    public IReadOnlyList<Option> Options => [_files, _names, _environment, _prune, _overwrite, _reset, _rebuild, _promoteFrom, _anyCommit];

    /// <summary>Those of a promotion, which names its environments itself.</summary>
    public IReadOnlyList<Option> OptionsOfPromotion => [_files, _names, _prune, _overwrite, _reset, _anyCommit];

    public async Task<PreparedPlan> PlanAsync(ParseResult parse, CliSession session, DeployLines lines, CancellationToken ct) =>
        await PlanAsync(parse, session, lines, parse.GetValue(_environment), parse.GetValue(_promoteFrom), parse.GetValue(_rebuild), ct);

    public async Task<PreparedPlan> PlanAsync(ParseResult parse, CliSession session, DeployLines lines, string? environment, string? promoteFrom, bool rebuild, CancellationToken ct)
    {
        var files = Files(parse, session);
        var entrypoints = new EntrypointResolver(new FlowBuilder(session.Settings.Home, lines.Write, session.Time));
        var projects = await ReadAsync(files, environment, session, entrypoints, ct);
        if (environment is null && projects[0].Environments.Count > 0)
            throw new CliException($"{projects[0].ShownAs} has environments", $"say which: --env {string.Join(" | --env ", projects[0].Environments)}");
        var names = parse.GetValue(_names) ?? [];
        var chosen = Choose(projects, names);
        var options = new PlanOptions
        {
            Force = (parse.GetValue(_overwrite) ? MergeForce.Overwrite : MergeForce.None) | (parse.GetValue(_reset) ? MergeForce.Reset | MergeForce.Overwrite : MergeForce.None),
            Prune = parse.GetValue(_prune),
            Rebuild = rebuild,
            IsPart = names.Length > 0,
            AnyCommit = parse.GetValue(_anyCommit),
            PromotedFrom = promoteFrom is null ? null : await SourceAsync(files, promoteFrom, environment, session, ct),
        };
        if (options is { Prune: true, IsPart: true })
            throw new CliException("--prune needs the whole project, and -n names a part of it", exitCode: ExitCodes.Fault);
        var (plan, faults) = await new ProjectPlanner(session.Client, entrypoints, lines.Write).PlanAsync(chosen, projects, options, ct);
        Refuse(faults);
        return plan!;
    }

    public static void Refuse(IReadOnlyList<Fault> faults)
    {
        if (faults.Count > 0)
            throw new CliException((faults.Count == 1 ? "" : $"{faults.Count} faults; nothing was applied:\n  ") + string.Join("\n  ", faults));
    }

    private List<string> Files(ParseResult parse, CliSession session)
    {
        var given = parse.GetValue(_files) ?? [];
        if (given.Length > 0)
            return [.. given.Select(file => Path.GetFullPath(file, session.Folder))];
        return [ProjectReader.Find(session.Folder) ?? throw new CliException("there is no reeve.yaml or prefect.yaml in this folder", $"make one: {CommandName.Text} init; or name one: -f FILE")];
    }

    private static async Task<List<Project>> ReadAsync(List<string> files, string? environment, CliSession session, EntrypointResolver entrypoints, CancellationToken ct)
    {
        List<ProjectReading> readings = [];
        foreach (var file in files)
            readings.Add(await ProjectReader.ReadFileAsync(file, ct, environment: environment));
        session.PreferProfile(readings.Select(reading => reading.Readable?.Profile).FirstOrDefault(profile => profile is not null));
        List<Fault> faults = [];
        foreach (var reading in readings)
            faults.AddRange(await new ProjectCheck(session.Client, entrypoints).FaultsOfAsync(reading, ct));
        Refuse(faults);
        return [.. readings.Select(reading => reading.Project!)];
    }

    private static List<(Project, ProjectDeployment)> Choose(List<Project> projects, string[] names)
    {
        if (names.Length == 0)
            return [.. projects.SelectMany(project => DeploymentSelection.All(project).Select(deployment => (project, deployment)))];
        var whole = projects[0] with { Deployments = [.. projects.SelectMany(project => project.Deployments)] };
        var (chosen, faults) = DeploymentSelection.ByName(whole, names);
        Refuse(faults);
        return [.. chosen.Select(deployment => (projects.First(project => project.Deployments.Contains(deployment)), deployment))];
    }

    // The other environment may live on another server, under a profile of its own.
    private static async Task<ProjectState> SourceAsync(List<string> files, string from, string? environment, CliSession session, CancellationToken ct)
    {
        if (environment is null || environment == from)
            throw new CliException("a promotion goes from one environment to another", $"{CommandName.Text} promote --from dev --to prod");
        var reading = await ProjectReader.ReadFileAsync(files[0], ct, environment: from);
        Refuse(reading.Faults);
        var source = reading.Project!;
        try
        {
            if (source.Profile is null || source.Profile == session.ProfileName)
                return await session.Client.GetProjectStateAsync(source.Name ?? "", new ProjectQuery { Environment = from }, ct);
            using var other = session.ConnectionOf(source.Profile);
            return await new OrchestrationClient(other).GetProjectStateAsync(source.Name ?? "", new ProjectQuery { Environment = from }, ct);
        }
        catch (ApiException exception) when (exception.Status is System.Net.HttpStatusCode.NotFound)
        {
            throw new CliException($"the server of '{from}' does not know projects: promotion needs Reeve's own server");
        }
    }
}
