using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Deployments;

/// <summary>Makes the deployment that a body asks for, with the queue it names, which is made on first use.</summary>
internal sealed class DeploymentDrafts(TimeProvider clock, WorkPoolsStore pools, WorkQueuesStore queues)
{
    private static readonly JsonElement NoSteps = WireJson.Parse("[]");

    /// <summary>
    /// The deployment of a create, not yet placed. Where there is one of this name already, 2.x clients replace it whole; 3.x clients leave what they do not mention.
    /// </summary>
    internal Deployment Of(DeploymentRequest request, Deployment? known)
    {
        var body = request.Body;
        var now = clock.Now();
        var before = request.IsTwo ? null : known;
        var stays = body.WorkPoolName is null && body.WorkQueueName is null;
        return new Deployment
        {
            Id = known?.Id ?? Ids.New(now),
            Created = known?.Created ?? now,
            Updated = now,
            Name = body.Name,
            Version = request.Kept("version", body.Version, before?.Version) ?? body.VersionInfo?.Version,
            VersionInfo = request.Kept("version_info", body.VersionInfo, before?.VersionInfo),
            Description = request.Kept("description", body.Description, before?.Description),
            FlowId = body.FlowId,
            Paused = request.Has("paused") ? body.Paused : body.IsScheduleActive is { } active ? !active : before?.Paused ?? false,
            ConcurrencyLimit = request.Kept("concurrency_limit", body.ConcurrencyLimit, before?.ConcurrencyLimit),
            ConcurrencyOptions = request.Kept("concurrency_options", body.ConcurrencyOptions, before?.ConcurrencyOptions),
            JobVariables = Given(body.JobVariables) ?? Given(body.InfraOverrides) ?? before?.JobVariables ?? WireJson.EmptyObject,
            Parameters = Given(request.Kept("parameters", body.Parameters, before?.Parameters)) ?? WireJson.EmptyObject,
            Tags = [.. (request.Kept("tags", body.Tags, before?.Tags) ?? []).Distinct()],
            Labels = Labels(body.FlowId, body.Labels),
            WorkPoolName = stays ? before?.WorkPoolName : body.WorkPoolName,
            WorkQueueName = stays ? before?.WorkQueueName : body.WorkQueueName,
            WorkQueueId = stays ? before?.WorkQueueId : null,
            ParameterOpenapiSchema = Given(request.Kept("parameter_openapi_schema", body.ParameterOpenapiSchema, before?.ParameterOpenapiSchema)) ?? WireJson.EmptyObject,
            EnforceParameterSchema = body.EnforceParameterSchema ?? before?.EnforceParameterSchema ?? !request.IsTwo,
            Path = request.Kept("path", body.Path, before?.Path),
            // 3.x clients know no deployment without steps, only an empty list of them
            PullSteps = request.Kept("pull_steps", body.PullSteps, before?.PullSteps ?? (request.IsTwo ? null : NoSteps)),
            Entrypoint = request.Kept("entrypoint", body.Entrypoint, before?.Entrypoint),
            ManifestPath = request.Kept("manifest_path", body.ManifestPath, before?.ManifestPath),
            StorageDocumentId = request.Kept("storage_document_id", body.StorageDocumentId, before?.StorageDocumentId),
            InfrastructureDocumentId = request.Kept("infrastructure_document_id", body.InfrastructureDocumentId, before?.InfrastructureDocumentId),
            CreatedBy = known?.CreatedBy,
            UpdatedBy = known?.UpdatedBy,
        };
    }

    /// <summary>The deployment after a change, not yet placed.</summary>
    internal static Deployment Of(DeploymentUpdate body, Deployment known)
    {
        var moves = body.WorkPoolName.IsGiven || body.WorkQueueName.IsGiven;
        // another pool without a queue means that pool's default queue
        var queue = body.WorkQueueName.IsGiven || !body.WorkPoolName.IsGiven ? body.WorkQueueName.Value : null;
        return known with
        {
            Version = body.Version.IsGiven ? body.Version.Value : body.VersionInfo.Value?.Version ?? known.Version,
            VersionInfo = body.VersionInfo.Or(known.VersionInfo),
            Description = body.Description.Or(known.Description),
            Paused = body.Paused.IsGiven ? body.Paused.Value : body.IsScheduleActive.IsGiven ? !body.IsScheduleActive.Value : known.Paused,
            ConcurrencyLimit = body.ConcurrencyLimit.Or(known.ConcurrencyLimit),
            ConcurrencyOptions = body.ConcurrencyOptions.Or(known.ConcurrencyOptions),
            JobVariables = (body.JobVariables.IsGiven ? body.JobVariables : body.InfraOverrides).Or(known.JobVariables) ?? WireJson.EmptyObject,
            Parameters = body.Parameters.Or(known.Parameters) ?? WireJson.EmptyObject,
            ParameterOpenapiSchema = body.ParameterOpenapiSchema.Or(known.ParameterOpenapiSchema),
            Tags = [.. (body.Tags.Or(known.Tags) ?? []).Distinct()],
            WorkPoolName = body.WorkPoolName.Or(known.WorkPoolName),
            WorkQueueName = moves ? queue : known.WorkQueueName,
            WorkQueueId = moves ? null : known.WorkQueueId,
            Path = body.Path.Or(known.Path),
            PullSteps = body.PullSteps.Or(known.PullSteps),
            Entrypoint = body.Entrypoint.Or(known.Entrypoint),
            ManifestPath = body.ManifestPath.Or(known.ManifestPath),
            StorageDocumentId = body.StorageDocumentId.Or(known.StorageDocumentId),
            InfrastructureDocumentId = body.InfrastructureDocumentId.Or(known.InfrastructureDocumentId),
            EnforceParameterSchema = body.EnforceParameterSchema.Or(known.EnforceParameterSchema) ?? known.EnforceParameterSchema,
        };
    }

    /// <summary>
    /// The deployment with the queue its runs wait in: of the named pool, or of the agents' pool where only a queue is named; none where neither is.
    /// </summary>
    internal async ValueTask<Deployment> PlacedAsync(Session session, Deployment deployment)
    {
        if (deployment.WorkQueueId is not null || (deployment.WorkPoolName ?? deployment.WorkQueueName) is null)
            return deployment;
        var pool = await PoolAsync(session, deployment).ConfigureAwait(false) ?? await pools.AgentPoolAsync(session).ConfigureAwait(false);
        var queue = deployment.WorkQueueName is null && pool.DefaultQueueId is { } standard
            ? await queues.ReadAsync(session, standard).ConfigureAwait(false)
            : await queues.TakeAsync(session, pool.Id, pool.Name, deployment.WorkQueueName ?? WorkPoolsStore.DefaultQueue).ConfigureAwait(false);
        return deployment with { WorkQueueId = queue?.Id, WorkQueueName = queue?.Name, WorkPoolName = pool.Name };
    }

    /// <summary>The pool that a deployment is to be placed in; null where it names neither pool nor queue, or a pool that is not there.</summary>
    internal async ValueTask<WorkPool?> PoolAsync(Session session, Deployment deployment) => deployment.WorkPoolName is null && deployment.WorkQueueName is null
        ? null
        : await pools.ReadAsync(session, deployment.WorkPoolName ?? WorkPoolsStore.AgentPool).ConfigureAwait(false);

    private static JsonElement? Given(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } ? value : null;

    private static JsonElement Labels(Guid flowId, JsonElement? given)
    {
        var labels = new JsonObject { ["prefect.flow.id"] = flowId.ToString() };
        if (Given(given) is { ValueKind: JsonValueKind.Object } own)
            foreach (var label in own.EnumerateObject())
                labels[label.Name] = JsonNode.Parse(label.Value.GetRawText());
        return WireJson.Parse(labels.ToJsonString());
    }
}

/// <summary>A create as it came: what stood in the body, and from which line of clients.</summary>
internal sealed record DeploymentRequest(DeploymentCreate Body, HashSet<string> Names, bool IsTwo, List<DeploymentScheduleCreate>? Schedules)
{
    internal bool Has(string name) => Names.Contains(name);

    /// <summary>The body decides this value: it names it, or it is of the 2.x line, where what is absent is removed.</summary>
    internal bool Says(string name) => IsTwo || Has(name);

    /// <summary>The value of the body, or where it does not stand there, the one from before.</summary>
    internal T? Kept<T>(string name, T? given, T? before) => Has(name) ? given : before ?? given;
}
