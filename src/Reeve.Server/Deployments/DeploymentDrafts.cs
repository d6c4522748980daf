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
    internal async ValueTask<Outcome<Deployment>> OfAsync(Session session, DeploymentCreate body, Deployment? known)
    {
        var place = await PlaceAsync(session, body.WorkPoolName, body.WorkQueueName).ConfigureAwait(false);
        if (place.Refusal is { } refusal)
            return refusal;
        var now = clock.Now();
        var paused = body.Paused || body.IsScheduleActive == false;
        return new Deployment
        {
            Id = known?.Id ?? Ids.New(now),
            Created = known?.Created ?? now,
            Updated = now,
            Name = body.Name,
            Version = body.Version,
            Description = body.Description,
            FlowId = body.FlowId,
            Paused = paused,
            ConcurrencyLimit = body.ConcurrencyLimit,
            ConcurrencyOptions = body.ConcurrencyOptions,
            JobVariables = Given(body.JobVariables) ?? Given(body.InfraOverrides) ?? WireJson.EmptyObject,
            Parameters = Given(body.Parameters) ?? WireJson.EmptyObject,
            Tags = [.. (body.Tags ?? []).Distinct()],
            Labels = Labels(body.FlowId, body.Labels),
            WorkQueueId = place.Value?.Id,
            WorkQueueName = place.Value?.Name,
            ParameterOpenapiSchema = Given(body.ParameterOpenapiSchema) ?? WireJson.EmptyObject,
            EnforceParameterSchema = body.EnforceParameterSchema ?? true,
            Path = body.Path,
            PullSteps = body.PullSteps,
            Entrypoint = body.Entrypoint,
            ManifestPath = body.ManifestPath,
            StorageDocumentId = body.StorageDocumentId,
            InfrastructureDocumentId = body.InfrastructureDocumentId,
        };
    }

    internal async ValueTask<Outcome<Deployment>> OfAsync(Session session, DeploymentUpdate body, Deployment known)
    {
        var (queueId, queueName) = (known.WorkQueueId, known.WorkQueueName);
        if (body.WorkPoolName.IsGiven || body.WorkQueueName.IsGiven)
        {
            // another pool without a queue means that pool's default queue
            var queue = body.WorkQueueName.IsGiven || !body.WorkPoolName.IsGiven ? body.WorkQueueName.Value : null;
            var place = await PlaceAsync(session, body.WorkPoolName.Or(known.WorkPoolName), queue).ConfigureAwait(false);
            if (place.Refusal is { } refusal)
                return refusal;
            (queueId, queueName) = (place.Value?.Id, place.Value?.Name);
        }
        var paused = body.Paused.IsGiven ? body.Paused.Value : body.IsScheduleActive.IsGiven ? !body.IsScheduleActive.Value : known.Paused;
        return known with
        {
            Version = body.Version.Or(known.Version),
            Description = body.Description.Or(known.Description),
            Paused = paused,
            ConcurrencyLimit = body.ConcurrencyLimit.Or(known.ConcurrencyLimit),
            ConcurrencyOptions = body.ConcurrencyOptions.Or(known.ConcurrencyOptions),
            JobVariables = (body.JobVariables.IsGiven ? body.JobVariables : body.InfraOverrides).Or(known.JobVariables) ?? WireJson.EmptyObject,
            Parameters = body.Parameters.Or(known.Parameters) ?? WireJson.EmptyObject,
            ParameterOpenapiSchema = body.ParameterOpenapiSchema.Or(known.ParameterOpenapiSchema),
            Tags = body.Tags.Or(known.Tags) ?? [],
            WorkQueueId = queueId,
            WorkQueueName = queueName,
            Path = body.Path.Or(known.Path),
            PullSteps = body.PullSteps.Or(known.PullSteps),
            Entrypoint = body.Entrypoint.Or(known.Entrypoint),
            StorageDocumentId = body.StorageDocumentId.Or(known.StorageDocumentId),
            InfrastructureDocumentId = body.InfrastructureDocumentId.Or(known.InfrastructureDocumentId),
            EnforceParameterSchema = body.EnforceParameterSchema.Or(known.EnforceParameterSchema) ?? true,
        };
    }

    /// <summary>The queue a deployment's runs wait in: of the named pool, or of the agents' pool where only a queue is named; none where neither is.</summary>
    private async ValueTask<Outcome<WorkQueue?>> PlaceAsync(Session session, string? poolName, string? queueName)
    {
        if (poolName is null && queueName is null)
            return new Outcome<WorkQueue?>(null, null);
        if (await pools.ReadAsync(session, poolName ?? WorkPoolsStore.AgentPool).ConfigureAwait(false) is not { } pool)
            return WorkPoolsStore.NotFound(poolName ?? WorkPoolsStore.AgentPool);
        return queueName is null && pool.DefaultQueueId is { } standard
            ? await queues.ReadAsync(session, standard).ConfigureAwait(false)
            : await queues.TakeAsync(session, pool.Id, pool.Name, queueName ?? WorkPoolsStore.DefaultQueue).ConfigureAwait(false);
    }

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
