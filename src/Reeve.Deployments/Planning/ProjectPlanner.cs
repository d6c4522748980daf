using System.Net;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol.Projects;
using Reeve.Settings;

namespace Reeve.Deployments.Planning;

/// <summary>
/// Compares a project's deployments with the server. Nothing is written and no step runs; C# flows are compiled where they have not been, since their parameters are
/// part of the comparison.
/// </summary>
public sealed class ProjectPlanner(OrchestrationClient client, EntrypointResolver entrypoints, LineSink sink)
{
    private readonly SecretRegistry _secrets = new();

    /// <summary>The plan and what is needed to apply it, or everything that is wrong.</summary>
    /// <param name="chosen">Deployments with the project file that each stands in. Several files of one name are one project.</param>
    /// <param name="options">How to plan.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<(PreparedPlan? Plan, IReadOnlyList<Fault> Faults)> PlanAsync(
        IReadOnlyList<(Project Project, ProjectDeployment Deployment)> chosen, IReadOnlyList<Project> projects, PlanOptions options, CancellationToken ct)
    {
        var faults = new FaultCollector();
        var name = NameOf(projects, faults);
        var environment = projects[0].Environment ?? "";
        List<DeploymentPlan> plans = [.. chosen.Select(one => new DeploymentPlan(one.Project, one.Deployment))];
        var commit = ProjectContent.CommitAsync(projects[0].Directory, ct);
        await new DeploymentCheck(client, entrypoints, _secrets, faults).CheckAsync(projects[0], plans, ct);
        var builds = new ContentBuilds(RememberedScope.Of(ApiSources.Scope(client)), _secrets, sink);
        if (faults.Any)
            return (null, faults.InOrder);

        List<string> names = [.. plans.Select(plan => $"{plan.Flow!.Manifest.Name}/{plan.Resolved.Name}")];
        var grouping = builds.GroupAsync(plans, ct);
        var state = await ReadStateAsync(name!, environment, names, faults, ct);
        var groups = await grouping;
        if (state is null)
            return (null, faults.InOrder);
        var byName = state.Deployments.ToDictionary(one => $"{one.FlowName}/{one.Deployment.Name}", StringComparer.Ordinal);
        List<PlannedWork> works = [.. plans.Select((plan, index) => new PlannedWork(plan, groups[index], byName.GetValueOrDefault(names[index])))];
        RefuseOthers(works, state, faults);
        List<string> notes = [];
        if (options.PromotedFrom is { } source)
            Promotion.TakeOver(works, source, await commit, options, faults, notes);
        else if (!options.Rebuild)
            TakeKnownOutputs(works, state);

        var prepared = new PreparedPlan(client, _secrets, sink, builds, works, state, names, options, await commit, notes)
        {
            SecretProviders = await SecretProviderRegistration.PendingAsync(client, [.. projects.SelectMany(project => project.Secrets)], ct),
        };
        await prepared.MergeAsync(faults, ct);
        prepared.Prune(Missing(works, state, projects, options));
        return faults.Any ? (null, faults.InOrder) : (prepared, []);
    }

    private static string? NameOf(IReadOnlyList<Project> projects, FaultCollector faults)
    {
        foreach (var project in projects.Where(project => string.IsNullOrWhiteSpace(project.Name)))
            faults.Add(new SourcePosition(project.ShownAs, 1, 1), "the project has no name, so what it owns could not be told", "write 'name: my-project' at the top; it stays the same for good");
        foreach (var project in projects.Where(project => project.Name is { Length: > 0 } name && projects[0].Name is { Length: > 0 } first && name != first))
            faults.Add(new SourcePosition(project.ShownAs, 1, 1), $"this file is of the project '{project.Name}', the first one of '{projects[0].Name}'", "plan projects one by one");
        return projects[0].Name;
    }

    private async Task<ProjectState?> ReadStateAsync(string name, string environment, List<string> names, FaultCollector faults, CancellationToken ct)
    {
        try
        {
            return await client.GetProjectStateAsync(name, new ProjectQuery { Environment = environment, Names = names }, ct);
        }
        catch (ApiException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            faults.Add(null, $"the server at {client.Connection.ApiUrl} does not know projects: plan and apply need Reeve's own server", $"'{CommandName.Text} deploy --all' works with every server");
        }
        catch (ApiException exception)
        {
            faults.Add(null, exception.Message);
        }
        return null;
    }

    private static void RefuseOthers(List<PlannedWork> works, ProjectState state, FaultCollector faults)
    {
        foreach (var work in works.Where(work => work.State?.Project is { } owner && (owner, work.State.Environment) != (state.Name, state.Environment)))
        {
            var (owner, of) = (work.State!.Project, work.State.Environment is { Length: > 0 } named ? $", environment '{named}'" : "");
            faults.Add(work.Plan.Written.At("name"), $"'{work.FlowName}/{work.Name}' belongs to the project '{owner}'{of}",
                owner == state.Name ? "environments of one server need names of their own: give the environment 'suffix: -name', or a server of its own by 'profile'" : "give this one another name");
        }
    }

    /// <summary>What was built of the same content before need not be built again, for whichever deployment it was.</summary>
    private static void TakeKnownOutputs(List<PlannedWork> works, ProjectState state)
    {
        Dictionary<string, JsonObject> known = [];
        foreach (var one in state.Deployments.Where(one => one.Project == state.Name && one.Environment == state.Environment && one.Applied is not null))
        {
            var applied = JsonObject.Create(one.Applied!.Value)!;
            if ((string?)applied["content"] is { } content && applied["outputs"] is JsonObject outputs)
                known[content] = Union(known.GetValueOrDefault(content), outputs);
        }
        foreach (var sharing in works.Where(work => work.Build is not null).GroupBy(work => work.Build!))
            if (known.TryGetValue(sharing.Key.Content, out var outputs) && sharing.All(work => work.IsServedBy(outputs)))
                sharing.Key.Outputs = outputs;
    }

    internal static JsonObject Union(JsonObject? one, JsonObject other)
    {
        var union = one?.DeepClone().AsObject() ?? [];
        foreach (var (key, value) in other)
            union[key] = union[key] is JsonObject inner && value is JsonObject more ? Union(inner, more) : value?.DeepClone();
        return union;
    }

    /// <summary>What the project owns and no longer names. A deployment of another file of the project that was not given is not missing.</summary>
    private static List<ProjectDeploymentState> Missing(List<PlannedWork> works, ProjectState state, IReadOnlyList<Project> projects, PlanOptions options)
    {
        if (options.IsPart)
            return [];
        var wanted = works.Select(work => $"{work.FlowName}/{work.Name}").ToHashSet(StringComparer.Ordinal);
        var given = projects.Select(project => Path.GetFileName(project.File)).ToHashSet(StringComparer.Ordinal);
        return [.. state.Deployments.Where(one => one.Project == state.Name && one.Environment == state.Environment && !wanted.Contains($"{one.FlowName}/{one.Deployment.Name}")
            && (FileOf(one) is not { } file || given.Contains(file) || !File.Exists(Path.Combine(projects[0].Directory, file))))];
    }

    private static string? FileOf(ProjectDeploymentState state) => state.Applied is { } applied ? (string?)JsonObject.Create(applied)?["file"] : null;
}
