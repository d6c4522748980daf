using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

namespace Reeve.Deployments.Deploying;

/// <summary>Writes one checked deployment to the server: the flow by its name, then the deployment under it.</summary>
internal sealed class DeploymentWriter(OrchestrationClient client, SecretRegistry secrets, LineSink sink)
{
    public async Task<DeployedFlow> WriteAsync(Project project, DeploymentPlan plan, JsonObject outputs, CancellationToken ct)
    {
        var deployment = plan.Resolved;
        var manifest = plan.Flow!.Manifest;
        if (deployment.FlowName is { } named && named != manifest.Name)
            Warn($"{deployment.At("flow_name")}: the flow's own name is '{manifest.Name}'; flow_name '{named}' is not used");
        if (deployment.Triggers is { Items.Count: > 0 } triggers)
            Warn($"{triggers.Position}: triggers are not deployed by this version; make the automation by itself");

        var flow = await client.CreateFlowAsync(new FlowCreate { Name = manifest.Name }, ct);
        var jobVariables = Element(deployment.JobVariables?.ToJson() ?? new JsonObject());
        var created = await client.CreateDeploymentAsync(new DeploymentCreate
        {
            Name = deployment.Name!,
            FlowId = flow.Id,
            Version = deployment.Version ?? manifest.Version,
            Description = deployment.Description ?? manifest.Description,
            Tags = deployment.Tags,
            Paused = deployment.Paused ?? false,
            Schedules = deployment.Schedules is null ? null : [.. deployment.Schedules.Select(Schedule)],
            ConcurrencyLimit = deployment.ConcurrencyLimit,
            ConcurrencyOptions = deployment.ConcurrencyOptions is { } options ? Element(options).Deserialize(WireJson.TypeInfo<ConcurrencyOptions>()) : null,
            EnforceParameterSchema = deployment.EnforceParameterSchema ?? true,
            ParameterOpenapiSchema = manifest.ParameterSchema,
            Parameters = Element(deployment.Parameters?.ToJson() ?? new JsonObject()),
            PullSteps = Element(await PullStepsAsync(project, plan, outputs, ct)),
            WorkPoolName = deployment.WorkPoolName,
            WorkQueueName = deployment.WorkQueueName,
            JobVariables = jobVariables,
            InfraOverrides = jobVariables, // the name a 2.20 server reads
            Entrypoint = deployment.Entrypoint,
        }, ct);
        return new DeployedFlow(created.Id, manifest.Name, created.Name, created.WorkPoolName ?? deployment.WorkPoolName,
            created.Schedules.Any(schedule => schedule.Active) && !created.Paused);
    }

    /// <summary>
    /// The pull steps as they will run: outputs of build and push put in, everything else as written. Without a pull section the code is taken to
    /// lie where it lies now.
    /// </summary>
    private async Task<JsonNode> PullStepsAsync(Project project, DeploymentPlan plan, JsonObject outputs, CancellationToken ct)
    {
        if (!plan.Pull.IsGiven)
            return new JsonArray(new JsonObject
            {
                ["prefect.deployments.steps.set_working_directory"] = new JsonObject { ["directory"] = project.Directory },
            });
        var resolver = new TemplateResolver(new TemplateScope { Outputs = outputs, KeepUnknownOutputs = true }, secrets);
        return (await resolver.ResolveAsync(plan.Pull.ToJson(), problem => Warn(problem.ToString()), ct))!;
    }

    private static DeploymentScheduleCreate Schedule(ProjectSchedule schedule) => new()
    {
        Schedule = Element(schedule.Schedule),
        Active = schedule.Active,
        MaxScheduledRuns = schedule.MaxScheduledRuns,
        Parameters = schedule.Parameters is { } parameters ? Element(parameters) : null,
        Slug = schedule.Slug,
        Replaces = schedule.Replaces,
    };

    private static JsonElement Element(JsonNode node) => WireJson.Parse(node.ToJsonString());

    private void Warn(string message) => sink(new OutputLine(LineLevel.Warning, LoggerNames.Deployment, secrets.Redact(message)));
}
