using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Planning;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

namespace Reeve.Deployments.Deploying;

/// <summary>Writes one checked deployment to the server: the flow by its name, then the deployment under it.</summary>
internal sealed class DeploymentWriter(OrchestrationClient client, SecretRegistry secrets, LineSink sink)
{
    public async Task<DeployedFlow> WriteAsync(DeploymentPlan plan, JsonObject outputs, CancellationToken ct)
    {
        var deployment = plan.Resolved;
        var manifest = plan.Flow!.Manifest;
        if (deployment.FlowName is { } named && named != manifest.Name)
            Warn($"{deployment.At("flow_name")}: the flow's own name is '{manifest.Name}'; flow_name '{named}' is not used");

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
            ConcurrencyOptions = DeploymentFields.Options(deployment.ConcurrencyOptions) is { } options ? Element(options).Deserialize(WireJson.TypeInfo<ConcurrencyOptions>()) : null,
            EnforceParameterSchema = deployment.EnforceParameterSchema ?? true,
            ParameterOpenapiSchema = manifest.ParameterSchema,
            Parameters = Element(deployment.Parameters?.ToJson() ?? new JsonObject()),
            PullSteps = Element(await StepOutputs.PullStepsAsync(plan, outputs, secrets, Warn, ct)),
            WorkPoolName = deployment.WorkPoolName,
            WorkQueueName = deployment.WorkQueueName,
            JobVariables = jobVariables,
            InfraOverrides = jobVariables, // the name a 2.20 server reads
            Entrypoint = deployment.Entrypoint,
        }, ct);
        if (plan.Written.Triggers is not null)
            await WriteTriggersAsync(plan, created.Id, ct);
        return new DeployedFlow(created.Id, manifest.Name, created.Name, created.WorkPoolName ?? deployment.WorkPoolName,
            created.Schedules.Any(schedule => schedule.Active) && !created.Paused);
    }

    // As other clients do it, so that any server will take it: the deployment's automations go and are made anew.
    private async Task WriteTriggersAsync(DeploymentPlan plan, Guid deployment, CancellationToken ct)
    {
        var owner = $"prefect.deployment.{deployment}";
        await client.DeleteAutomationsOwnedByAsync(owner, ct);
        foreach (var automation in TriggerFields.ToWire(TriggerFields.Of(plan.Resolved.Triggers, plan.Resolved.Name!, new FaultCollector())))
            await client.CreateAutomationAsync(automation with
            {
                OwnerResource = owner,
                Actions = [.. automation.Actions.Select(action => action is RunDeployment { DeploymentId: null } run ? run with { DeploymentId = deployment } : action)],
            }, ct);
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
