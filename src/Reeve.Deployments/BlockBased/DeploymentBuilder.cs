using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;

namespace Reeve.Deployments.BlockBased;

/// <summary>Makes whole deployments of what was asked for: reads the flow's code, finds the blocks, checks everything and says all that is wrong at once.</summary>
public sealed class DeploymentBuilder(OrchestrationClient client, EntrypointResolver entrypoints, LineSink sink)
{
    /// <summary>The type of the pools that agents serve.</summary>
    public const string AgentPoolType = "prefect-agent";

    private readonly BlockChoices _blocks = new(client);
    private readonly Dictionary<string, (ResolvedFlow? Flow, IReadOnlyList<Fault> Faults)> _flows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkPool?> _pools = new(StringComparer.Ordinal);

    public async Task<(IReadOnlyList<DeploymentFile> Files, IReadOnlyList<Fault> Faults)> BuildAsync(IReadOnlyList<BuildRequest> requests, string folder, CancellationToken ct)
    {
        var faults = new FaultCollector();
        List<DeploymentFile> built = [];
        foreach (var request in requests)
            if (await BuildAsync(request, folder, faults, ct) is { } file)
                built.Add(file);
        return (faults.Any ? [] : built, faults.InOrder);
    }

    private async Task<DeploymentFile?> BuildAsync(BuildRequest request, string folder, FaultCollector faults, CancellationToken ct)
    {
        if (request.Name.IndexOfAny(['/', '%', '&', '<', '>']) >= 0)
            faults.Add(request.At("name"), $"the name '{request.Name}' has one of / % & < > in it");
        if (!_flows.TryGetValue(request.Entrypoint, out var resolved))
            _flows[request.Entrypoint] = resolved = await entrypoints.ResolveAsync(request.Entrypoint, folder, ct);
        foreach (var fault in resolved.Faults)
            faults.Add(fault.Position is null ? fault with { Position = request.At("entrypoint") } : fault);
        await CheckPoolAsync(request, faults, ct);
        var infrastructure = await InfrastructureAsync(request, faults, ct);
        var (storage, path) = await StorageAsync(request, faults, ct);
        if (resolved.Flow is not { } flow)
            return null;
        CheckParameters(request, flow, faults);
        return new DeploymentFile
        {
            Name = request.Name,
            Description = request.Description ?? flow.Manifest.Description,
            Version = request.Version ?? flow.Manifest.Version ?? await VersionAsync(flow.Entrypoint, folder, ct),
            WorkQueueName = request.WorkQueueName ?? DeploymentFile.DefaultQueue,
            WorkPoolName = request.WorkPoolName,
            WorkQueueLimit = request.WorkQueueLimit,
            Tags = request.Tags,
            Parameters = request.Parameters?.ToJson() as JsonObject ?? [],
            Schedules = request.Schedules ?? [],
            IsScheduleActive = request.IsScheduleActive,
            InfraOverrides = request.Overrides,
            Infrastructure = infrastructure,
            FlowName = flow.Manifest.Name,
            Storage = storage,
            Path = request.Path ?? path ?? folder,
            Entrypoint = request.Entrypoint,
            ParameterSchema = JsonObject.Create(flow.Manifest.ParameterSchema) ?? [],
            EnforceParameterSchema = request.EnforceParameterSchema,
            Source = request.Source,
        };
    }

    // The old road checked parameters only when it was told to; a slip is still worth a word.
    private void CheckParameters(BuildRequest request, ResolvedFlow flow, FaultCollector faults)
    {
        var found = new FaultCollector();
        new ParameterCheck(flow.Manifest.ParameterSchema, found).Check(request.Parameters, request.Source.Position, required: false);
        if (request.EnforceParameterSchema is true)
        {
            faults.AddRange(found.Faults);
            return;
        }
        foreach (var fault in found.Faults)
            sink(new OutputLine(LineLevel.Warning, LoggerNames.Deployment, $"{fault} (runs of '{request.Name}' would fail; --enforce-parameter-schema makes this an error)"));
    }

    private async Task CheckPoolAsync(BuildRequest request, FaultCollector faults, CancellationToken ct)
    {
        if (request.WorkPoolName is not { } name)
            return;
        if (!_pools.TryGetValue(name, out var pool))
            _pools[name] = pool = await client.FindWorkPoolAsync(name, ct);
        var at = request.Source["work_pool"] is MapNode written ? written["name"]!.Position : request.At("work_pool_name");
        if (pool is null)
            faults.Add(at, $"there is no work pool '{name}'", $"make it with '{CommandName.Text} work-pool create {name} --type {AgentPoolType}' for agents, or --type process for workers");
        else if (pool.Type != AgentPoolType && (request.InfrastructureBlock ?? request.InfrastructureType) is { } infrastructure)
            sink(new OutputLine(LineLevel.Warning, LoggerNames.Deployment,
                $"The work pool '{name}' is served by workers of type '{pool.Type}', which take the pool's job template; the infrastructure '{infrastructure}' of '{request.Name}' is not used by them."));
    }

    private async Task<BlockChoice?> InfrastructureAsync(BuildRequest request, FaultCollector faults, CancellationToken ct)
    {
        if (request.InfrastructureBlock is not { } written)
            return await _blocks.DefaultsAsync(request.InfrastructureType ?? "process", request.At("infra"), faults, ct);
        var at = request.At("ib-block");
        if (written.Split('/') is not [{ Length: > 0 } type, { Length: > 0 } name])
        {
            faults.Add(at, $"the infrastructure block '{written}' is not TYPE/NAME", "for example: process/dev");
            return null;
        }
        return await _blocks.NamedAsync(type, name, BlockChoices.RunsInfrastructure, at, faults, ct) is { } document ? BlockChoices.Choice(document, type) : null;
    }

    private async Task<(BlockChoice? Storage, string? Path)> StorageAsync(BuildRequest request, FaultCollector faults, CancellationToken ct)
    {
        if (request.StorageBlock is not { } written)
            return (null, null);
        var at = request.At("sb-block");
        if (written.Split('/', 3) is not [{ Length: > 0 } type, { Length: > 0 } name, ..] parts)
        {
            faults.Add(at, $"the storage block '{written}' is neither TYPE/NAME nor TYPE/NAME/PATH", "for example: s3/dev/flows");
            return (null, null);
        }
        var document = await _blocks.NamedAsync(type, name, BlockChoices.GivesFiles, at, faults, ct);
        return (document is null ? null : BlockChoices.Choice(document, type), parts.Length > 2 ? parts[2] : "");
    }

    // Code that says no version gets one that changes with it.
    private static async Task<string> VersionAsync(Entrypoint entrypoint, string folder, CancellationToken ct) =>
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.GetFullPath(entrypoint.Path, folder), ct)))[..32];
}
