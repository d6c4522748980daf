using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>
/// A project file as a deploy would resolve it, in YAML: every deployment with its own sections, what is known now put in, what is looked up
/// later left and marked, secrets masked. Nothing is written, no step runs and no secret is read.
/// </summary>
public sealed class ProjectRenderer(OrchestrationClient client, EntrypointResolver entrypoints)
{
    private const string LaterInRun = "where the run is";
    private const string LaterInDeploy = "when the deploy runs";

    private readonly SecretRegistry _secrets = new();

    public async Task<(string? Yaml, IReadOnlyList<Fault> Faults)> RenderAsync(Project project, IReadOnlyList<ProjectDeployment> chosen, CancellationToken ct)
    {
        var faults = new FaultCollector();
        List<DeploymentPlan> plans = [.. chosen.Select(deployment => new DeploymentPlan(project, deployment))];
        await new DeploymentCheck(client, entrypoints, _secrets, faults).CheckAsync(project, plans, ct, flows: false);
        if (faults.Any)
            return (null, faults.InOrder);

        List<RenderedDeployment> rendered = [];
        foreach (var plan in plans)
            rendered.Add(await RenderAsync(plan, faults, ct));
        if (faults.Any)
            return (null, faults.InOrder);

        var yaml = new RenderedYaml(_secrets.Redact);
        if (project.Name is not null)
            yaml.Write("name", JsonValue.Create(project.Name), 0);
        if (project.PrefectVersion is not null)
            yaml.Write("prefect-version", JsonValue.Create(project.PrefectVersion), 0);
        if (project.Secrets.Count > 0)
            yaml.Write("secrets", new JsonObject(project.Secrets.Select(declared => KeyValuePair.Create(declared.Name, (JsonNode?)declared.ToBlock()))), 0, (_, _) => LaterInRun);
        yaml.BeginList("deployments");
        foreach (var deployment in rendered)
            yaml.WriteItem(deployment.Fields, 0, deployment.Later);
        return (yaml.ToString(), []);
    }

    private async Task<RenderedDeployment> RenderAsync(DeploymentPlan plan, FaultCollector faults, CancellationToken ct)
    {
        foreach (var (placeholder, _) in PlaceholderSurvey.Of(plan.Written.Source))
            if (placeholder.Kind is PlaceholderKind.Environment)
                Environ(placeholder.Name);
        var environment = new TemplateResolver(new TemplateScope { Environment = Environ }, _secrets);
        var steps = new TemplateResolver(new TemplateScope
        {
            Environment = Environ,
            Variable = (name, token) => ApiSources.FindVariableAsync(client, name, token),
            Block = (type, name, token) => ApiSources.FindBlockAsync(client, type, name, includeSecrets: false, token), // the server masks what is secret
        }, _secrets);
        var fields = new JsonObject();
        foreach (var entry in plan.Resolved.Source.Entries.Where(entry => entry.Key.Text is not ("build" or "push" or "pull")))
            fields[entry.Key.Text] = entry.Key.Text == "triggers" ? entry.Value.ToJson() : (await environment.ResolveAsync(entry.Value, faults, ct)).ToJson();
        foreach (var (name, section) in ((string, StepSection)[])[("build", plan.Build), ("push", plan.Push)])
            if (section.IsGiven)
                fields[name] = (await steps.ResolveAsync(new ListNode(default, [.. section.Steps.Select(step => step.Source)]), faults, ct)).ToJson();
        if (plan.Pull.IsGiven)
            fields["pull"] = plan.Pull.ToJson();
        return new RenderedDeployment(fields, (placeholder, path) => path.StartsWith("pull", StringComparison.Ordinal)
            || (path.StartsWith("work_pool.job_variables", StringComparison.Ordinal) && placeholder.Kind is not PlaceholderKind.StepOutput) ? LaterInRun : LaterInDeploy);
    }

    // A variable of such a name is hardly meant for other people's eyes.
    private string? Environ(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (((ReadOnlySpan<string>)["TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIAL", "AUTH", "CONNECTION_STRING"]).ToArray().Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            _secrets.Add(value);
        return value;
    }

    private sealed record RenderedDeployment(JsonObject Fields, Func<Placeholder, string, string> Later);
}
