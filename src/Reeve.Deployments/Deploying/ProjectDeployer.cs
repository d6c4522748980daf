using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>
/// Deploys a project's deployments. First everything is checked: file, server, pools, blocks, entrypoints, parameters. Only when nothing at all
/// is wrong do build and push steps run and is anything written to the server.
/// </summary>
public sealed class ProjectDeployer(OrchestrationClient client, EntrypointResolver entrypoints, LineSink sink)
{
    private readonly SecretRegistry _secrets = new();

    public async Task<DeployReport> DeployAsync(Project project, IReadOnlyList<ProjectDeployment> chosen, CancellationToken ct)
    {
        var faults = new FaultCollector();
        List<DeploymentPlan> plans = [.. chosen.Select(deployment => new DeploymentPlan(project, deployment))];
        await new DeploymentCheck(client, entrypoints, _secrets, faults).CheckAsync(project, plans, ct);
        if (faults.Any)
            return new DeployReport([], faults.InOrder);

        await SecretProviderRegistration.RegisterAsync(client, project, sink, faults, ct); // build and push steps may use them
        if (faults.Any)
            return new DeployReport([], faults.InOrder);
        var outputs = await RunBuildAndPushAsync(project, plans, faults, ct);
        if (faults.Any)
            return new DeployReport([], faults.InOrder);

        // What depends on the outputs could not be judged before.
        for (var i = 0; i < plans.Count; i++)
            await ResolveOutputsAsync(plans[i], outputs[i], faults, ct);
        if (faults.Any)
            return new DeployReport([], faults.InOrder);
        return await WriteAsync(project, plans, outputs, ct);
    }

    /// <summary>Runs build and push; steps that several deployments share run once.</summary>
    private async Task<List<JsonObject>> RunBuildAndPushAsync(Project project, List<DeploymentPlan> plans, FaultCollector faults, CancellationToken ct)
    {
        List<JsonObject> all = [];
        Dictionary<(StepSection, StepSection), JsonObject> done = new();
        foreach (var plan in plans)
        {
            if (!done.TryGetValue((plan.Build, plan.Push), out var outputs))
            {
                var context = new StepContext { WorkingDirectory = project.Directory, Sink = sink, Secrets = _secrets, Scope = ApiSources.Scope(client) };
                outputs = done[(plan.Build, plan.Push)] = [];
                try
                {
                    var runner = new StepRunner(StepCatalog.BuiltIn, context);
                    await runner.RunAsync(plan.Build.ToJson(), outputs, ct);
                    await runner.RunAsync(plan.Push.ToJson(), outputs, ct);
                }
                catch (StepException exception)
                {
                    var section = plan.Build.Steps.Concat(plan.Push.Steps).FirstOrDefault();
                    faults.Add(section?.Position, $"the build and push steps of '{plan.Written.Name}' failed: {exception.Message}");
                }
            }
            all.Add(outputs);
        }
        return all;
    }

    private async Task ResolveOutputsAsync(DeploymentPlan plan, JsonObject outputs, FaultCollector faults, CancellationToken ct)
    {
        // Job variables take the environment of the deploy; blocks and secrets in them wait for the run.
        var resolver = new TemplateResolver(new TemplateScope { Outputs = outputs, Environment = Environment.GetEnvironmentVariable }, _secrets);
        var source = plan.Resolved.Source;
        var hasPlaceholders = PlaceholderSurvey.Of(source with { Entries = [.. source.Entries.Where(entry => !DeploymentCheck.IsSection(entry.Key.Text))] })
            .Any(found => found.Placeholder.Kind is PlaceholderKind.StepOutput or PlaceholderKind.Environment);
        if (!hasPlaceholders)
            return;
        List<MapEntry> entries = [];
        foreach (var entry in source.Entries)
            entries.Add(DeploymentCheck.IsSection(entry.Key.Text) ? entry : entry with { Value = await resolver.ResolveAsync(entry.Value, faults, ct) });
        plan.Resolved = ProjectReader.ReadResolved(source with { Entries = entries }, faults);
        DeploymentCheck.CheckParameters(plan, faults);
    }

    private async Task<DeployReport> WriteAsync(Project project, List<DeploymentPlan> plans, List<JsonObject> outputs, CancellationToken ct)
    {
        List<DeployedFlow> deployed = [];
        var faults = new FaultCollector();
        for (var i = 0; i < plans.Count && !faults.Any; i++)
        {
            try
            {
                deployed.Add(await new DeploymentWriter(client, _secrets, sink).WriteAsync(project, plans[i], outputs[i], ct));
            }
            catch (ApiException exception)
            {
                var rest = plans.Count - i - 1;
                faults.Add(plans[i].Written.Source.Position, $"the server did not take the deployment '{plans[i].Written.Name}': {_secrets.Redact(exception.Message)}",
                    deployed.Count + rest == 0 ? null : $"{deployed.Count} before it were deployed, {rest} after it were not tried; deploying again is safe");
            }
        }
        return new DeployReport(deployed, faults.Faults);
    }
}
