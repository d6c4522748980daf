using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Deployments;

/// <summary>Writes deployments to the server: the flow by its name, the deployment under it, its triggers as automations.</summary>
internal sealed class DeploymentRegistration(OrchestrationClient client, ReeveSettings settings)
{
    /// <summary>Tells who put a deployment's schedules to rest: "stopped" is a serving process at its end.</summary>
    public const string ServeLabel = "reeve.serve";
    public const string Stopped = "stopped";

    /// <summary>Checks all, then writes all, for the workers of their pools.</summary>
    public async Task<IReadOnlyList<RegisteredDeployment>> ApplyAsync(IReadOnlyList<Deployment> deployments, CancellationToken ct)
    {
        DeploymentFaults.Refuse(deployments, isServed: false);
        List<(Deployment, ProgramManifest)> read = [];
        List<string> faults = [];
        foreach (var deployment in deployments)
        {
            try
            {
                read.Add((deployment, await ManifestAsync(deployment.Flow, ct)));
            }
            catch (DeploymentException e)
            {
                faults.Add($"{deployment.Flow.Name}/{deployment.Name}: {e.Message}");
            }
        }

        foreach (var pool in deployments.Select(deployment => deployment.WorkPool).OfType<string>().Distinct())
        {
            if (await client.FindWorkPoolAsync(pool, ct) is null)
                faults.Add($"there is no work pool '{pool}'; make it with '{CommandName.Text} work-pool create {pool} --type process'");
        }

        foreach (var block in deployments.SelectMany(deployment => (string?[])[deployment.Infrastructure, deployment.Storage]).OfType<string>().Distinct())
        {
            if (await FindBlockAsync(block, ct) is null)
                faults.Add($"there is no block '{block}'; make it with '{CommandName.Text} block create {block.Split('/')[0]} --name {block.Split('/')[1]}'");
        }

        DeploymentFaults.Throw(faults);
        var ready = await ImageBuilder.BuildAsync([.. read.Select(pair => pair.Item1)], ct);
        List<RegisteredDeployment> written = [];
        foreach (var (deployment, manifest) in ready.Zip(read, (deployment, pair) => (deployment, pair.Item2)))
            written.Add(await WriteAsync(deployment, manifest, deployment.Paused, labels: null, ct));
        return written;
    }

    /// <summary>Writes a deployment that this process serves. What a person has paused stays paused.</summary>
    public async Task<(RegisteredDeployment Registered, bool IsAsleep)> ServeAsync(Deployment deployment, CancellationToken ct)
    {
        var manifest = await ManifestAsync(deployment.Flow, ct);
        var before = await client.FindDeploymentAsync(manifest.Name, deployment.Name, ct);
        var isAsleep = deployment.Paused ?? (before is { Paused: true } && Label(before) != Stopped);
        return (await WriteAsync(deployment, manifest, isAsleep, "serving", ct), isAsleep);
    }

    /// <summary>The value of the label <see cref="ServeLabel"/>.</summary>
    public static string? Label(Protocol.Deployments.Deployment deployment) =>
        deployment.Labels.ValueKind == JsonValueKind.Object && deployment.Labels.TryGetProperty(ServeLabel, out var label) ? label.ToString() : null;

    /// <summary>Puts the schedules of a served deployment to rest, with the note that serving did it.</summary>
    public Task RestAsync(RegisteredDeployment served, CancellationToken ct) =>
        client.CreateDeploymentAsync(served.Written with { Paused = true, Labels = Labels(Stopped) }, ct);

    private async Task<ProgramManifest> ManifestAsync(Flow flow, CancellationToken ct) =>
        flow.Source is { } source
            ? await new SourceReader(settings).ReadAsync(source, ct)
            : ProgramManifest.Of(flow.Program!).First(found => found.Type == flow.Descriptor!.Type && found.Method == flow.Descriptor.Method);

    private async Task<RegisteredDeployment> WriteAsync(Deployment deployment, ProgramManifest flow, bool? paused, string? labels, CancellationToken ct)
    {
        var isServed = labels is not null;
        var place = CodePlace.Of(deployment, flow);
        var variables = JobVariables(deployment);
        var written = new DeploymentCreate
        {
            Name = deployment.Name,
            FlowId = (await client.CreateFlowAsync(new FlowCreate { Name = flow.Name }, ct)).Id,
            Version = deployment.Version ?? flow.Version,
            Description = deployment.Description ?? flow.Description,
            Tags = deployment.Tags,
            Paused = paused ?? (await client.FindDeploymentAsync(flow.Name, deployment.Name, ct))?.Paused ?? false,
            Schedules = [.. deployment.Schedules.Select(Schedule)],
            ConcurrencyLimit = deployment.ConcurrencyLimit,
            ConcurrencyOptions = deployment.ConcurrencyLimit is null ? null
                : new ConcurrencyOptions { CollisionStrategy = deployment.OnCollision is CollisionStrategy.CancelNew ? "CANCEL_NEW" : "ENQUEUE" },
            EnforceParameterSchema = deployment.EnforceParameterSchema,
            ParameterOpenapiSchema = flow.ParameterSchema,
            Parameters = FreeJson.Of(deployment.Parameters),
            PullSteps = isServed || deployment.Storage is not null ? null : WireJson.Parse(place.PullSteps.ToJsonString()),
            Path = deployment.Storage is { } stored ? stored.Split('/', 3).ElementAtOrDefault(2) ?? "" : null,
            InfrastructureDocumentId = deployment.Infrastructure is { } infrastructure ? await FindBlockAsync(infrastructure, ct) : null,
            StorageDocumentId = deployment.Storage is { } storage ? await FindBlockAsync(storage, ct) : null,
            Entrypoint = place.Entrypoint,
            WorkPoolName = deployment.WorkPool,
            WorkQueueName = deployment.WorkQueue,
            JobVariables = variables,
            InfraOverrides = variables, // the name a 2.20 server reads
            Labels = labels is null ? null : Labels(labels),
        };
        var created = await client.CreateDeploymentAsync(written, ct);
        await TriggerAsync(deployment, created.Id, ct);
        return new RegisteredDeployment(deployment, flow.Name, created.Id, written);
    }

    // "process/dev", or "s3/dev/flows" with a folder in it
    private async Task<Guid?> FindBlockAsync(string block, CancellationToken ct)
    {
        var parts = block.Split('/');
        return (await client.FindBlockDocumentAsync(parts[0], parts[1], includeSecrets: false, ct))?.Id;
    }

    // Those of an earlier registration go: a trigger that is no longer in the code must not fire.
    private async Task TriggerAsync(Deployment deployment, Guid id, CancellationToken ct)
    {
        var owner = $"prefect.deployment.{id}";
        await client.DeleteAutomationsOwnedByAsync(owner, ct);
        for (var i = 0; i < deployment.Triggers.Count; i++)
        {
            var automation = new AutomationCreate
            {
                Name = $"{deployment.Name}__automation_{i + 1}",
                Trigger = deployment.Triggers[i],
                Actions = [new RunDeployment { Source = "selected", DeploymentId = id }],
                OwnerResource = owner,
            };
            await client.CreateAutomationAsync(automation, ct);
        }
    }

    private static JsonElement JobVariables(Deployment deployment)
    {
        var given = FreeJson.Of(deployment.JobVariables);
        if (deployment.Image is null)
            return given;
        var variables = JsonObject.Create(given)!;
        variables["image"] = deployment.Image;
        return WireJson.Parse(variables.ToJsonString());
    }

    private static DeploymentScheduleCreate Schedule(Schedule schedule) => new()
    {
        Schedule = schedule.Rule,
        Active = schedule.Active,
        Slug = schedule.Slug,
        MaxScheduledRuns = schedule.MaxScheduledRuns,
        Parameters = schedule.Parameters is null ? null : FreeJson.Of(schedule.Parameters),
    };

    private static JsonElement Labels(string serve) => WireJson.Parse($$"""{"{{ServeLabel}}":"{{serve}}"}""");
}
