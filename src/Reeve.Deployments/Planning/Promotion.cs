using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Projects;

namespace Reeve.Deployments.Planning;

/// <summary>Takes what another environment's last apply built in the place of building: the same commit, the same image digest.</summary>
internal static class Promotion
{
    public static void TakeOver(
        List<PlannedWork> works, ProjectState source, (string Commit, bool IsChanged)? checkout, PlanOptions options, FaultCollector faults, List<string> notes)
    {
        var from = source.Environment;
        if (source.Applied is null)
        {
            faults.Add(null, $"the project '{source.Name}' was never applied in '{from}', so there is nothing to promote", NearestName.Hint(from, [.. source.Environments.Where(name => name.Length > 0)]));
            return;
        }
        var record = source.Record is { } given ? JsonObject.Create(given) : null;
        var commit = (string?)record?["commit"];
        if (commit is not null && checkout?.Commit is { } here && here != commit && !options.AnyCommit)
            faults.Add(null, $"'{from}' was last applied from commit {commit[..Math.Min(12, commit.Length)]}, and this checkout is at {here[..12]}",
                $"git checkout {commit[..Math.Min(12, commit.Length)]}, or --any-commit to take this file with those builds");
        if (record?["changed"]?.GetValue<bool>() is true)
            notes.Add($"'{from}' was applied from a checkout with changes that are in no commit");

        var applied = source.Deployments.Where(one => one.Project == source.Name && one.Environment == from && one.Applied is not null)
            .Select(one => JsonObject.Create(one.Applied!.Value)!).Where(one => (string?)one["base"] is not null).ToDictionary(one => (string)one["base"]!);
        Dictionary<ContentBuild, JsonObject> taken = [];
        foreach (var work in works)
        {
            if (!applied.TryGetValue($"{work.FlowName}/{work.BaseName}", out var one))
                faults.Add(work.Plan.Written.At("name"), $"'{work.FlowName}/{work.BaseName}' has not been applied in '{from}', so there is nothing of it to promote", $"apply it there first, or leave it out with -n");
            else if (work.Build is { } build)
            {
                var outputs = one["outputs"] as JsonObject ?? [];
                if (one["content"] is null || !work.IsServedBy(outputs))
                    faults.Add(work.Plan.Written.At("name"), $"the apply of '{work.FlowName}/{work.BaseName}' in '{from}' did not record everything that this environment uses of its build", "apply it there again");
                else if (taken.TryGetValue(build, out var before) && !AgreesWith(before, outputs))
                    faults.Add(work.Plan.Written.At("name"), $"the deployments of one build were applied in '{from}' from different builds", $"apply all of them in '{from}' first");
                else
                    build.Outputs = taken[build] = ProjectPlanner.Union(taken.GetValueOrDefault(build), outputs);
            }
        }
        notes.Add(commit is null ? $"promoting what '{from}' has; its apply recorded no commit" : $"promoting commit {commit[..Math.Min(12, commit.Length)]} of '{from}', with its builds");
    }

    private static bool AgreesWith(JsonObject one, JsonObject other) => one.All(entry => !other.TryGetPropertyValue(entry.Key, out var value)
        || (entry.Value is JsonObject inner && value is JsonObject more ? AgreesWith(inner, more) : JsonNode.DeepEquals(entry.Value, value)));
}
