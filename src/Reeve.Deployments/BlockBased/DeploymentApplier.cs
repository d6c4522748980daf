using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Blocks;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;

namespace Reeve.Deployments.BlockBased;

using Fault = Projects.Fault;

/// <summary>Writes block-based deployments to the server. All of them are checked before the first is written.</summary>
public sealed class DeploymentApplier(OrchestrationClient client, LineSink sink)
{
    private readonly BlockChoices _blocks = new(client);
    private readonly SecretRegistry _secrets = new();

    public async Task<(IReadOnlyList<AppliedDeployment> Applied, IReadOnlyList<Fault> Faults)> ApplyAsync(IReadOnlyList<DeploymentFile> files, CancellationToken ct)
    {
        var faults = new FaultCollector();
        List<(DeploymentFile File, WorkPool? Pool, Guid? Infrastructure, Guid? Storage)> checkedFiles = [];
        foreach (var file in files)
            checkedFiles.Add((file, await PoolAsync(file, faults, ct), await InfrastructureAsync(file, faults, ct), await StorageAsync(file, faults, ct)));
        foreach (var twins in files.GroupBy(file => file.FullName).Where(group => group.Count() > 1))
            faults.Add(twins.Last().At("name"), $"the deployment '{twins.Key}' is described twice");
        if (faults.Any)
            return ([], faults.InOrder);
        List<AppliedDeployment> applied = [];
        foreach (var (file, pool, infrastructure, storage) in checkedFiles)
        {
            try
            {
                applied.Add(await WriteAsync(file, pool, infrastructure, storage, ct));
            }
            catch (ApiException exception)
            {
                faults.Add(file.At("name"), $"the server did not take the deployment '{file.FullName}': {_secrets.Redact(exception.Message)}",
                    files.Count == 1 ? null : $"{applied.Count} before it were applied; applying again is safe");
                return (applied, faults.Faults);
            }
        }
        return (applied, []);
    }

    private async Task<WorkPool?> PoolAsync(DeploymentFile file, FaultCollector faults, CancellationToken ct)
    {
        if (file.EnforceParameterSchema is true)
            new ParameterCheck(WireJson.Parse(file.ParameterSchema.ToJsonString()), faults).Check(file.Source?["parameters"] as MapNode, file.Source?.Position ?? default, required: false);
        if (file.WorkPoolName is not { } name)
            return null;
        if (await client.FindWorkPoolAsync(name, ct) is { } pool)
            return pool;
        faults.Add(file.At("work_pool_name"), $"there is no work pool '{name}'", $"make it with '{CommandName.Text} work-pool create {name} --type {DeploymentBuilder.AgentPoolType}' for agents, or --type process for workers");
        return null;
    }

    /// <summary>The id of the block on the server; null for one that is written into the file.</summary>
    private async Task<Guid?> InfrastructureAsync(DeploymentFile file, FaultCollector faults, CancellationToken ct)
    {
        if (file.Infrastructure is not { } choice)
            return null;
        if (choice.IsNamed)
            return await NamedAsync(choice, BlockChoices.RunsInfrastructure, file.At("infrastructure"), faults, ct);
        if (await _blocks.Kinds.FindAsync(choice.Type, ct) is var (_, schema))
            BlockCheck.Check(new BlockDraft(choice.Type, null, SourceOf(choice, file)), schema, _secrets, faults);
        else
            faults.Add(file.At("infrastructure"), $"there is no kind of infrastructure '{choice.Type}'");
        return null;
    }

    private static MapNode SourceOf(BlockChoice choice, DeploymentFile file) =>
        choice.Source ?? (MapNode)DocumentNode.FromJson(file.At("infrastructure") ?? new SourcePosition($"the infrastructure of '{file.Name}'", 0, 0), choice.Data);

    private async Task<Guid?> StorageAsync(DeploymentFile file, FaultCollector faults, CancellationToken ct)
    {
        if (file.Storage is not { } choice)
            return null;
        if (choice.IsNamed)
            return await NamedAsync(choice, BlockChoices.GivesFiles, file.At("storage"), faults, ct);
        faults.Add(file.At("storage"), "the storage is written into the file, and its secrets are not", $"make a block of it ('{CommandName.Text} block create {choice.Type} --name NAME') and build with -sb {choice.Type}/NAME");
        return null;
    }

    private async Task<Guid?> NamedAsync(BlockChoice choice, string capability, SourcePosition? at, FaultCollector faults, CancellationToken ct)
    {
        // A file that was built against another server has that server's id; the name is what people mean.
        if (choice.Name is { } name)
            return (await _blocks.NamedAsync(choice.Type, name, capability, at, faults, ct))?.Id;
        if (await client.FindBlockDocumentAsync(choice.Id!.Value, ct) is { } document)
            return document.Id;
        faults.Add(at, $"there is no block with the id {choice.Id} on this server", "build the file anew against this server");
        return null;
    }

    private async Task<AppliedDeployment> WriteAsync(DeploymentFile file, WorkPool? pool, Guid? infrastructure, Guid? storage, CancellationToken ct)
    {
        var flow = await client.CreateFlowAsync(new FlowCreate { Name = file.FlowName }, ct);
        var before = await client.FindDeploymentAsync(file.FlowName, file.Name, ct);
        var isForAgents = pool is null or { Type: DeploymentBuilder.AgentPoolType };
        var overrides = WireJson.Parse(file.InfraOverrides.ToJsonString());
        var created = await client.CreateDeploymentAsync(new DeploymentCreate
        {
            Name = file.Name,
            FlowId = flow.Id,
            Version = file.Version,
            Description = file.Description,
            Tags = file.Tags,
            Paused = file.IsScheduleActive is { } active ? !active : before?.Paused ?? false, // what somebody paused stays paused
            Schedules = [.. file.Schedules.Select(Schedule)],
            EnforceParameterSchema = file.EnforceParameterSchema ?? false,
            ParameterOpenapiSchema = WireJson.Parse(file.ParameterSchema.ToJsonString()),
            Parameters = WireJson.Parse(file.Parameters.ToJsonString()),
            WorkPoolName = file.WorkPoolName,
            WorkQueueName = file.WorkQueueName,
            InfrastructureDocumentId = infrastructure ?? (isForAgents ? await OwnBlockAsync(file, before?.InfrastructureDocumentId, ct) : null),
            StorageDocumentId = storage,
            JobVariables = overrides,
            InfraOverrides = overrides, // the name a 2.20 server reads
            Path = file.Path,
            Entrypoint = file.Entrypoint,
        }, ct);
        await LimitAsync(file, created, ct);
        return new AppliedDeployment(created.Id, file.FullName, created.WorkPoolName ?? file.WorkPoolName, created.WorkQueueName ?? file.WorkQueueName, isForAgents);
    }

    /// <summary>The block of the deployment's own, under no name. Applying again changes the same one.</summary>
    private async Task<Guid> OwnBlockAsync(DeploymentFile file, Guid? known, CancellationToken ct)
    {
        var choice = file.Infrastructure ?? (await _blocks.DefaultsAsync("process", null, new FaultCollector(), ct))!;
        var (type, schema) = (await _blocks.Kinds.FindAsync(choice.Type, ct))!.Value;
        var data = WireJson.Parse(choice.Data.ToJsonString());
        if (known is { } id && await client.FindBlockDocumentAsync(id, ct) is { IsAnonymous: true } own && own.BlockTypeId == type.Id)
        {
            await client.UpdateBlockDocumentAsync(own.Id, new BlockDocumentUpdate { Data = data, BlockSchemaId = schema.Id, MergeExistingData = false }, ct);
            return own.Id;
        }
        return (await client.CreateBlockDocumentAsync(new BlockDocumentCreate { Data = data, BlockTypeId = type.Id, BlockSchemaId = schema.Id, IsAnonymous = true }, ct)).Id;
    }

    private async Task LimitAsync(DeploymentFile file, Protocol.Deployments.Deployment created, CancellationToken ct)
    {
        if (file.WorkQueueLimit is not { } limit)
            return;
        if (created.WorkQueueId is not { } queue)
        {
            sink(new OutputLine(LineLevel.Warning, LoggerNames.Deployment, $"The limit of {limit} was not set: the deployment '{file.FullName}' has no work queue."));
            return;
        }
        await client.UpdateWorkQueueAsync(queue, new WorkQueueUpdate { ConcurrencyLimit = limit }, ct);
        sink(new OutputLine(LineLevel.Information, LoggerNames.Deployment, $"Set the concurrency limit of work queue '{created.WorkQueueName}' to {limit}."));
    }

    private static DeploymentScheduleCreate Schedule(ProjectSchedule schedule) => new()
    {
        Schedule = WireJson.Parse(schedule.Schedule.ToJsonString()),
        Active = schedule.Active,
        MaxScheduledRuns = schedule.MaxScheduledRuns,
        Parameters = schedule.Parameters is { } parameters ? WireJson.Parse(parameters.ToJsonString()) : null,
        Slug = schedule.Slug,
        Replaces = schedule.Replaces,
    };
}

/// <summary>A deployment that is on the server now.</summary>
public sealed record AppliedDeployment(Guid Id, string FullName, string? WorkPoolName, string? WorkQueueName, bool IsForAgents);
