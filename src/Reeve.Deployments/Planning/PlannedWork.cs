using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Protocol.Projects;

namespace Reeve.Deployments.Planning;

/// <summary>A deployment between file and server: both sides, what was last applied, and what came of merging them.</summary>
internal sealed class PlannedWork(DeploymentPlan plan, ContentBuild? build, ProjectDeploymentState? state)
{
    private readonly JsonObject? _applied = state?.Applied is { } applied ? JsonObject.Create(applied) : null;

    public DeploymentPlan Plan { get; } = plan;

    public ContentBuild? Build { get; } = build;

    public ProjectDeploymentState? State { get; } = state;

    public string FlowName => Plan.Flow!.Manifest.Name;

    public string Name => Plan.Resolved.Name!;

    /// <summary>The name without what the environment makes of it.</summary>
    public string BaseName => Plan.Written.BaseName ?? Name;

    /// <summary>The fields that were last applied.</summary>
    public JsonObject? Last => _applied?["fields"] as JsonObject;

    public JsonObject? LastOutputs => _applied?["outputs"] as JsonObject;

    public string? LastContent => (string?)_applied?["content"];

    /// <summary>What the file wants, as far as it is known.</summary>
    public DeploymentFields? Wanted { get; set; }

    /// <summary>What the deployment is to be.</summary>
    public JsonObject? Merged { get; set; }

    public PlannedDeployment? Planned { get; set; }

    public bool IsChanged => Planned?.Action is PlanAction.Create or PlanAction.Change;

    /// <summary>What the next plan has to know of this apply.</summary>
    public JsonObject Record(string? commit, Func<JsonObject, JsonObject> withoutSecrets)
    {
        var used = new JsonObject();
        if (Build?.Outputs is { } outputs)
            foreach (var placeholder in StepOutputs.UsedBy(Plan, StepOutputs.IsOf(Build.Build, Build.Push, Plan.Pull)))
                Copy(outputs, used, placeholder.Path);
        return withoutSecrets(new JsonObject
        {
            ["fields"] = Wanted!.Values.DeepClone(),
            ["base"] = $"{FlowName}/{BaseName}",
            ["file"] = Path.GetFileName(Plan.Project.File),
            ["content"] = Build?.Content,
            ["outputs"] = used,
            ["commit"] = commit,
        });
    }

    /// <summary>Whether outputs that were recorded hold everything that this deployment uses.</summary>
    public bool IsServedBy(JsonObject outputs) =>
        StepOutputs.UsedBy(Plan, StepOutputs.IsOf(Build!.Build, Build.Push, Plan.Pull)).All(placeholder => Find(outputs, placeholder.Path, out _));

    // Only what is used: the rest of a step's output may be anything, a token too.
    private static void Copy(JsonObject outputs, JsonObject used, IReadOnlyList<string> path)
    {
        if (!Find(outputs, path, out var value))
            return;
        var place = used;
        foreach (var segment in path.SkipLast(1))
            place = place[segment] as JsonObject ?? (JsonObject)(place[segment] = new JsonObject());
        place[path[^1]] = value?.DeepClone();
    }

    private static bool Find(JsonObject outputs, IReadOnlyList<string> path, out JsonNode? value)
    {
        value = outputs;
        foreach (var segment in path)
            if (value is not JsonObject map || !map.TryGetPropertyValue(segment, out value))
                return false;
        return true;
    }
}
