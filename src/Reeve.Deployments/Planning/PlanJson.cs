using System.Text.Json.Nodes;

namespace Reeve.Deployments.Planning;

/// <summary>A plan for programs.</summary>
public static class PlanJson
{
    public static JsonObject Of(ProjectPlan plan) => new()
    {
        ["project"] = plan.Project,
        ["environment"] = plan.Environment,
        ["has_changes"] = plan.HasChanges,
        ["has_conflicts"] = plan.HasConflicts,
        ["counts"] = new JsonObject(Enum.GetValues<PlanAction>().Select(action => KeyValuePair.Create<string, JsonNode?>(Name(action), plan.Count(action)))),
        ["builds"] = new JsonArray([.. plan.Builds.Select(build => new JsonObject
        {
            ["steps"] = new JsonArray([.. build.Steps.Select(step => JsonValue.Create(step))]),
            ["deployments"] = build.Deployments,
        })]),
        ["notes"] = new JsonArray([.. plan.Notes.Select(note => JsonValue.Create(note))]),
        ["deployments"] = new JsonArray([.. plan.Deployments.Select(Of)]),
    };

    private static JsonObject Of(PlannedDeployment deployment) => new()
    {
        ["name"] = deployment.FullName,
        ["action"] = Name(deployment.Action),
        ["adopted"] = deployment.IsAdopted,
        ["builds"] = deployment.IsBuilt,
        ["created"] = deployment.Created?.DeepClone(),
        ["fields"] = new JsonArray([.. deployment.Fields.Select(field => new JsonObject
        {
            ["path"] = field.Path,
            ["outcome"] = field.Outcome.ToString().ToLowerInvariant(),
            ["last_applied"] = field.Last?.DeepClone(),
            ["server"] = field.Live?.DeepClone(),
            ["file"] = field.Wanted?.DeepClone(),
            ["known_after_build"] = field.IsPending,
        })]),
    };

    private static string Name(PlanAction action) => action.ToString().ToLowerInvariant();
}
