using System.Text.Json.Nodes;
using Reeve.Protocol.Deployments;
using Reeve.Server.Events;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Deployments;

/// <summary>What is told of deployments besides their status, which <see cref="WorkerMonitor"/> tells.</summary>
internal static class DeploymentEvents
{
    private static readonly Dictionary<string, Func<Deployment, JsonNode?>> Fields = new(StringComparer.Ordinal)
    {
        ["description"] = static d => d.Description,
        ["tags"] = static d => ObjectEvents.Node(d.Tags),
        ["parameters"] = static d => ObjectEvents.Node(d.Parameters),
        ["parameter_openapi_schema"] = static d => ObjectEvents.Node(d.ParameterOpenapiSchema),
        ["enforce_parameter_schema"] = static d => d.EnforceParameterSchema,
        ["entrypoint"] = static d => d.Entrypoint,
        ["path"] = static d => d.Path,
        ["pull_steps"] = static d => ObjectEvents.Node(d.PullSteps),
        ["work_queue_id"] = static d => d.WorkQueueId?.ToString(),
        ["infra_overrides"] = static d => ObjectEvents.Node(d.JobVariables),
        ["paused"] = static d => d.Paused,
        ["labels"] = static d => ObjectEvents.Node(d.Labels),
        ["version"] = static d => d.Version,
        ["concurrency_limit_id"] = static d => d.GlobalConcurrencyLimit?.Id.ToString(),
        ["concurrency_options"] = static d => ObjectEvents.Node(d.ConcurrencyOptions),
    };

    /// <summary>Tells that a deployment was made, or what of it changed, if anything.</summary>
    internal static async ValueTask TellAsync(Session session, DateTimeOffset now, Deployment? before, Deployment after)
    {
        var changes = before is null ? null : ObjectEvents.Changes(before, after, Fields);
        if (before is null || changes is not null)
            await TellAsync(session, now, before is null ? ObjectEvents.Created : ObjectEvents.Updated, after, changes).ConfigureAwait(false);
    }

    internal static async ValueTask TellAsync(Session session, DateTimeOffset now, string action, Deployment deployment, JsonObject? changes = null)
    {
        List<Dictionary<string, string>> related = [];
        if (await session.QueryFirstAsync("select name from flow where id = @id", static row => row.Text(0), ("id", deployment.FlowId)).ConfigureAwait(false) is { } flow)
            related.Add(ObjectEvents.Related("flow", deployment.FlowId, flow));
        if (deployment.WorkQueueId is { } queue)
        {
            related.AddRange((await session.QueryFirstAsync(
                "select q.name, p.id, p.name, p.type from work_queue q join work_pool p on p.id = q.work_pool_id where q.id = @id",
                row => (Dictionary<string, string>[])[ObjectEvents.Related("work-queue", queue, row.Text(0)), WorkEvents.RelatedPool(row.Id(1), row.Text(2), row.Text(3))],
                ("id", queue)).ConfigureAwait(false)) ?? []);
        }
        if (deployment.StorageDocumentId is { } storage)
            related.Add(ObjectEvents.Related("block-document", storage, role: "storage"));
        if (deployment.InfrastructureDocumentId is { } infrastructure)
            related.Add(ObjectEvents.Related("block-document", infrastructure, role: "infrastructure"));
        if (deployment.GlobalConcurrencyLimit is { } limit)
            related.Add(ObjectEvents.Related("concurrency-limit", limit.Id));
        ObjectEvents.Tell(session, now, new("deployment", action, deployment.Id, deployment.Name) { Related = related, Payload = changes });
    }
}
