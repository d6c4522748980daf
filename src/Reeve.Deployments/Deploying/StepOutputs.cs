using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>Puts what build and push steps gave into a deployment's fields and pull steps.</summary>
internal static class StepOutputs
{
    /// <param name="plan">Whose fields.</param>
    /// <param name="outputs">The outputs; null: not known yet, they stay as written.</param>
    /// <param name="secrets">What must not be shown.</param>
    /// <param name="faults">What cannot be resolved.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task ResolveAsync(DeploymentPlan plan, JsonObject? outputs, SecretRegistry secrets, FaultCollector faults, CancellationToken ct)
    {
        // Job variables take the environment of the deploy; blocks and secrets in them wait for the run.
        var source = plan.Resolved.Source;
        if (!PlaceholderSurvey.Of(Fields(source)).Any(found => found.Placeholder.Kind is PlaceholderKind.StepOutput or PlaceholderKind.Environment))
            return;
        var resolver = new TemplateResolver(new TemplateScope { Outputs = outputs, Environment = Environment.GetEnvironmentVariable }, secrets);
        List<MapEntry> entries = [];
        foreach (var entry in source.Entries)
            entries.Add(DeploymentCheck.IsSection(entry.Key.Text) ? entry : entry with { Value = await resolver.ResolveAsync(entry.Value, faults, ct) });
        plan.Resolved = ProjectReader.ReadResolved(source with { Entries = entries }, faults);
        DeploymentCheck.CheckParameters(plan, faults);
    }

    /// <summary>
    /// The pull steps as they will run: outputs of build and push put in, everything else as written. Without a pull section the code is taken to
    /// lie where it lies now.
    /// </summary>
    public static async Task<JsonNode> PullStepsAsync(DeploymentPlan plan, JsonObject? outputs, SecretRegistry secrets, Action<string> warn, CancellationToken ct)
    {
        if (!plan.Pull.IsGiven)
            return new JsonArray(new JsonObject
            {
                ["prefect.deployments.steps.set_working_directory"] = new JsonObject { ["directory"] = plan.Project.Directory },
            });
        if (outputs is null)
            return plan.Pull.ToJson();
        var resolver = new TemplateResolver(new TemplateScope { Outputs = outputs, KeepUnknownOutputs = true }, secrets);
        return (await resolver.ResolveAsync(plan.Pull.ToJson(), problem => warn(problem.ToString()), ct))!;
    }

    /// <summary>The outputs of the build that the deployment's fields and pull steps use.</summary>
    public static List<Placeholder> UsedBy(DeploymentPlan plan, Func<Placeholder, bool> isOfBuild) =>
        [.. OfFields(plan.Written.Source).Concat(plan.Pull.Steps.SelectMany(step => OutputsOf(step.Source))).Where(isOfBuild)];

    /// <summary>Which placeholders ask for an output of these steps; a step that is not known may give any.</summary>
    public static Func<Placeholder, bool> IsOf(StepSection build, StepSection push, StepSection pull)
    {
        List<StepEntry> steps = [.. build.Steps, .. push.Steps];
        var signatures = steps.Select(step => StepCatalog.BuiltIn.Find(step.Name)?.Signature).ToList();
        var names = steps.Select(step => step.Id).OfType<string>().Concat(signatures.SelectMany(signature => signature?.Outputs ?? [])).ToHashSet();
        var later = pull.Steps.Select(step => step.Id).OfType<string>().ToHashSet();
        var any = signatures.Contains(null);
        return placeholder => placeholder.Kind is PlaceholderKind.StepOutput && (names.Contains(placeholder.Name) || (any && !later.Contains(placeholder.Name)));
    }

    private static IEnumerable<Placeholder> OfFields(MapNode source) =>
        OutputsOf(Fields(source));

    private static MapNode Fields(MapNode source) => source with { Entries = [.. source.Entries.Where(entry => !DeploymentCheck.IsSection(entry.Key.Text))] };

    private static IEnumerable<Placeholder> OutputsOf(DocumentNode node) =>
        PlaceholderSurvey.Of(node).Select(found => found.Placeholder).Where(placeholder => placeholder.Kind is PlaceholderKind.StepOutput);
}
