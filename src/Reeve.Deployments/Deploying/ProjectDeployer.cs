using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Planning;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
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

        await SecretProviderRegistration.RegisterAsync(client, project.Secrets, sink, faults, ct); // build and push steps may use them
        if (faults.Any)
            return new DeployReport([], faults.InOrder);
        var builds = new ContentBuilds(RememberedScope.Of(ApiSources.Scope(client)), _secrets, sink);
        var groups = await builds.GroupAsync(plans, ct);
        await builds.RunAsync([.. groups.OfType<ContentBuild>().Distinct()], faults, ct);
        if (faults.Any)
            return new DeployReport([], faults.InOrder);
        List<JsonObject> outputs = [.. groups.Select(group => group?.Outputs ?? [])];

        // What depends on the outputs could not be judged before.
        for (var i = 0; i < plans.Count; i++)
            await StepOutputs.ResolveAsync(plans[i], outputs[i], _secrets, faults, ct);
        if (faults.Any)
            return new DeployReport([], faults.InOrder);
        return await WriteAsync(plans, outputs, ct);
    }

    private async Task<DeployReport> WriteAsync(List<DeploymentPlan> plans, List<JsonObject> outputs, CancellationToken ct)
    {
        List<DeployedFlow> deployed = [];
        var faults = new FaultCollector();
        for (var i = 0; i < plans.Count && !faults.Any; i++)
        {
            try
            {
                deployed.Add(await new DeploymentWriter(client, _secrets, sink).WriteAsync(plans[i], outputs[i], ct));
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
