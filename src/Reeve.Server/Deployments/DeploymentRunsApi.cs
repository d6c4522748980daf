using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Deployments;

/// <summary>Runs of deployments: made on request, and asked for by runners that serve deployments themselves.</summary>
internal sealed class DeploymentRunsApi(
    Database database, DeploymentsStore deployments, FlowRunsStore runs, WorkPoolsStore pools, WorkQueuesStore queues, RunScheduler scheduler, TimeProvider clock)
{
    private const int MostAtOnce = 200;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/deployments/{id}/create_flow_run", CreateAsync);
        api.MapPost("/deployments/{id}/schedule", ScheduleAsync);
        api.MapPost("/deployments/get_scheduled_flow_runs", GetScheduledAsync);
        api.MapGet("/deployments/{id}/work_queue_check", QueueCheckAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentFlowRunCreate>(http.RequestAborted).ConfigureAwait(false);
        // checking parameters is no work for the one writer
        var draft = await database.ReadAsync(session => DraftAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
        if (draft.Refusal is { } refusal)
        {
            await http.DoneAsync(refusal).ConfigureAwait(false);
            return;
        }
        var (wanted, otherQueue) = draft.Value;
        var (run, isNew) = await database.WriteAsync(
            async session => await runs.CreateAsync(session, await PlacedAsync(session, wanted, otherQueue).ConfigureAwait(false)).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(run, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    /// <summary>Another queue than the deployment's is made on first use.</summary>
    private async ValueTask<NewFlowRun> PlacedAsync(Session session, NewFlowRun run, (Guid PoolId, string Pool, string Queue)? other) => other is { } place
        ? run with { WorkQueueId = (await queues.TakeAsync(session, place.PoolId, place.Pool, place.Queue).ConfigureAwait(false)).Id, WorkQueueName = place.Queue }
        : run;

    private async ValueTask<Outcome<(NewFlowRun Run, (Guid PoolId, string Pool, string Queue)? OtherQueue)>> DraftAsync(Session session, Guid id, DeploymentFlowRunCreate body)
    {
        if (await deployments.ReadAsync(session, id).ConfigureAwait(false) is not { } deployment)
            return Refusal.NotFound(DeploymentsApi.NotFound);
        var parameters = Over(deployment.Parameters, body.Parameters);
        if ((body.EnforceParameterSchema ?? deployment.EnforceParameterSchema) && deployment.ParameterOpenapiSchema is { ValueKind: JsonValueKind.Object } schema
            && new ParameterSchema(schema).Faults(parameters) is { Count: > 0 } faults)
            return Refusal.Conflict($"The parameters do not fit deployment '{deployment.Name}': {string.Join("; ", faults)}.");
        (Guid PoolId, string Pool, string Queue)? other = body.WorkQueueName is { } wanted && wanted != deployment.WorkQueueName && deployment.WorkPoolName is { } poolName
            && await pools.ReadAsync(session, poolName).ConfigureAwait(false) is { } pool ? (pool.Id, poolName, wanted) : null;
        var run = new NewFlowRun
        {
            Id = Ids.New(clock.GetUtcNow()),
            Name = body.Name is { Length: > 0 } name ? name : RunNames.Next(),
            FlowId = deployment.FlowId,
            State = body.State ?? new StateCreate { Type = StateType.Scheduled },
            DeploymentId = deployment.Id,
            DeploymentVersion = deployment.Version,
            WorkQueueId = deployment.WorkQueueId,
            WorkQueueName = deployment.WorkQueueName,
            Parameters = parameters,
            Context = Over(WireJson.EmptyObject, body.Context),
            JobVariables = Over(WireJson.EmptyObject, body.JobVariables),
            Policy = body.EmpiricalPolicy ?? new FlowRunPolicy(),
            Tags = [.. deployment.Tags.Union(body.Tags ?? [])],
            Labels = DeploymentRunLabels.Of(deployment, body.Labels),
            IdempotencyKey = body.IdempotencyKey,
            ParentTaskRunId = body.ParentTaskRunId,
            InfrastructureDocumentId = body.InfrastructureDocumentId ?? deployment.InfrastructureDocumentId,
        };
        return (run, other);
    }

    private async Task ScheduleAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        if (await database.ReadAsync(session => deployments.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false) is null)
        {
            await http.NotFoundAsync(DeploymentsApi.NotFound).ConfigureAwait(false);
            return;
        }
        await scheduler.ScheduleAsync(http.Id(), ScheduleHorizon.Read(body, clock.GetUtcNow()), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync<JsonElement?>(null).ConfigureAwait(false);
    }

    private async Task GetScheduledAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        var wanted = body.TryGetProperty("deployment_ids", out var list) && list.ValueKind == JsonValueKind.Array
            ? WireRequests.Read<List<Guid>>(list)
            : throw new InvalidRequestException("body.deployment_ids", "Field required", "missing");
        var before = body.TryGetProperty("scheduled_before", out var time) && time.ValueKind == JsonValueKind.String ? WireRequests.Read<DateTimeOffset>(time) : (DateTimeOffset?)null;
        var limit = body.TryGetProperty("limit", out var most) && most.TryGetInt32(out var given) ? Math.Clamp(given, 0, MostAtOnce) : Page.Largest;
        var now = clock.Now();
        var found = await database.ReadAsync(
            session => session.QueryAsync(
                $"""
                select {FlowRunRows.Select} where {session.Dialect.AnyId("fr.deployment_id", "ids")} and fr.state_type = 'SCHEDULED' and fr.next_scheduled_start_time <= @before
                order by fr.next_scheduled_start_time, fr.id limit @limit
                """,
                row => FlowRunRows.Read(row, now),
                ("ids", wanted), ("before", before ?? DateTimeOffset.MaxValue.Cut()), ("limit", limit)),
            http.RequestAborted).ConfigureAwait(false);
        await deployments.NotePollAsync(database, [.. wanted], http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(found).ConfigureAwait(false);
    }

    /// <summary>The queues a deployment's runs wait in.</summary>
    private async Task QueueCheckAsync(HttpContext http)
    {
        var outcome = await database.ReadAsync<Outcome<List<Protocol.WorkPools.WorkQueue>>>(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } deployment)
                    return Refusal.NotFound(DeploymentsApi.NotFound);
                List<Protocol.WorkPools.WorkQueue> found = [];
                if (deployment.WorkQueueId is { } queueId && await queues.ReadAsync(session, queueId).ConfigureAwait(false) is { } queue)
                    found.Add(queue);
                return found;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome).ConfigureAwait(false);
    }

    private static JsonElement Over(JsonElement standard, JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } over)
            return standard;
        if (!standard.EnumerateObject().Any())
            return over;
        var merged = JsonObject.Create(standard)!;
        foreach (var member in over.EnumerateObject())
            merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        return merged.Deserialize(WireJson.TypeInfo<JsonElement>());
    }
}
