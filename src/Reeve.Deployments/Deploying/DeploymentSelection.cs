using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Deploying;

/// <summary>Which of a project's deployments are meant.</summary>
public static class DeploymentSelection
{
    /// <summary>Every deployment; those that `init` wrote and nobody filled in are none.</summary>
    public static IReadOnlyList<ProjectDeployment> All(Project project) => [.. project.Deployments.Where(deployment => !deployment.IsEmpty)];

    /// <summary>Those that any of the patterns names: <c>name</c>, <c>flow/name</c>, with <c>*</c> and <c>?</c>. Each pattern has to name one.</summary>
    public static (IReadOnlyList<ProjectDeployment> Chosen, IReadOnlyList<Fault> Faults) ByName(Project project, IEnumerable<string> patterns)
    {
        var all = All(project);
        var faults = new FaultCollector();
        HashSet<ProjectDeployment> chosen = new(ReferenceEqualityComparer.Instance);
        foreach (var pattern in patterns)
        {
            var found = all.Where(deployment => Matches(deployment, pattern)).ToList();
            if (found.Count == 0)
                faults.Add(new SourcePosition(project.File, 0, 0), $"there is no deployment '{pattern}'",
                    NearestName.Hint(pattern[(pattern.IndexOf('/', StringComparison.Ordinal) + 1)..], [.. all.Select(deployment => deployment.Name!)]));
            chosen.UnionWith(found);
        }
        return ([.. all.Where(chosen.Contains)], faults.Faults);
    }

    /// <summary>A deployment that stands in no file: everything is said on the command line, as the keys of a deployment in a project file.</summary>
    /// <param name="around">The project whose sections hold for it where it has none of its own.</param>
    public static (ProjectDeployment? Deployment, IReadOnlyList<Fault> Faults) FromCommandLine(JsonObject fields, Project? around = null)
    {
        var faults = new FaultCollector();
        var map = (MapNode)DocumentNode.FromJson(new SourcePosition("command line", 0, 0), fields);
        var deployment = ProjectReader.ReadInside(around, map, faults);
        return (faults.Any ? null : deployment, faults.Faults);
    }

    /// <summary>A deployment of the file with some of its keys said otherwise on the command line.</summary>
    public static (ProjectDeployment? Deployment, IReadOnlyList<Fault> Faults) Override(ProjectDeployment deployment, JsonObject fields)
    {
        var faults = new FaultCollector();
        var over = (MapNode)DocumentNode.FromJson(new SourcePosition("command line", 0, 0), fields);
        var read = ProjectReader.ReadResolved(Over(deployment.Source, over), faults);
        return (faults.Any ? null : read with { Build = deployment.Build, Push = deployment.Push, Pull = deployment.Pull }, faults.Faults);
    }

    // A mapping is merged key by key, so that one parameter said on the command line leaves the others.
    private static MapNode Over(MapNode map, MapNode over)
    {
        // 'schedule' said on the command line takes the place of 'schedules' too.
        List<MapEntry> entries = [.. map.Entries.Where(entry => over[entry.Key.Text] is null && !(entry.Key.Text == "schedules" && over["schedule"] is not null))];
        foreach (var entry in over.Entries)
            entries.Add(map[entry.Key.Text] is MapNode inner && entry.Value is MapNode changes && entry.Key.Text is not "schedule"
                ? entry with { Value = Over(inner, changes) }
                : entry);
        return map with { Entries = entries };
    }

    private static bool Matches(ProjectDeployment deployment, string pattern)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        if (!Glob(slash < 0 ? pattern : pattern[(slash + 1)..], deployment.Name!))
            return false;
        return slash < 0 || FlowNames(deployment).Any(name => Glob(pattern[..slash], name));
    }

    // Before the flow is built its name is known only if the file says it; else it follows from the method's name.
    private static IEnumerable<string> FlowNames(ProjectDeployment deployment)
    {
        if (deployment.FlowName is { } given)
            yield return given;
        var member = (deployment.Entrypoint ?? "").Split(':')[^1].Split('.')[^1];
        yield return member;
        yield return Regex.Replace(member.Replace('_', '-'), "(?<=[a-z0-9])(?=[A-Z])", "-").ToLowerInvariant();
    }

    private static bool Glob(string pattern, string text) =>
        Regex.IsMatch(text, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$");
}
