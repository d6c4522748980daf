using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.Variables;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Deployments;

/// <summary>Runs of deployments: made on request, and asked for by runners that serve deployments themselves.</summary>
internal sealed class DeploymentRunsApi(
    Database database, DeploymentsStore deployments, FlowRunsStore runs, WorkPoolsStore pools, WorkQueuesStore queues, VariablesStore variables, RunScheduler scheduler,
    SchedulingOptions scheduling, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private const int MostAtOnce = 100;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/deployments/{id}/create_flow_run", CreateAsync).Says("Makes a run of a deployment; a known idempotency key answers the run that has it.")
            .Takes<DeploymentFlowRunCreate>(required: false).Answers<FlowRun>(201, 200).Answers(400, 404, 409);
        api.MapPost("/deployments/{id}/create_flow_run/bulk", CreateManyAsync).Says("Makes several runs of a deployment, and says of each what became of it.")
            .Takes<List<DeploymentFlowRunCreate>>().Answers<FlowRunBulkCreateResponse>().Answers(404);
        api.MapPost("/deployments/{id}/schedule", ScheduleAsync).Says("Has a deployment's schedules make the runs of a span, also of the past.")
            .Takes<DeploymentScheduling>(required: false).Answers<JsonElement?>().Answers(404);
        api.MapPost("/deployments/get_scheduled_flow_runs", GetScheduledAsync).Says("Finds the scheduled runs of deployments, for a runner that serves them; waits for one as long as the header Prefer asks.")
            .Takes<ScheduledDeploymentRuns>().Answers<List<FlowRun>>();
        api.MapGet("/deployments/{id}/work_queue_check", QueueCheckAsync).Says("Lists the work queues a deployment's runs wait in.").Answers<List<Protocol.WorkPools.WorkQueue>>().Answers(404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentFlowRunCreate>(http.RequestAborted).ConfigureAwait(false);
        ParameterSize.Check(http, body.Parameters);
        // checking parameters is no work for the one writer
        var draft = await database.ReadAsync(session => DraftAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
        if (draft.Refusal is { } refusal)
        {
            await http.DoneAsync(refusal).ConfigureAwait(false);
            return;
        }
        var (run, isNew) = await StoreAsync(draft.Value, http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(run, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    // each run stands for itself: one that is refused keeps no other from being made
    private async Task CreateManyAsync(HttpContext http)
    {
        var bodies = await http.Request.ReadWireAsync<List<DeploymentFlowRunCreate>>(http.RequestAborted).ConfigureAwait(false);
        if (bodies.Count > MostAtOnce)
            throw new InvalidRequestException("body", $"List should have at most {MostAtOnce} items", "too_long");
        ParameterSize.Check(http, [.. bodies.Select(body => body.Parameters)]);
        if (await database.ReadAsync(session => deployments.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false) is null)
        {
            await http.NotFoundAsync(DeploymentsApi.NotFound).ConfigureAwait(false);
            return;
        }
        List<FlowRunCreateResult> results = [];
        foreach (var body in bodies)
        {
            var draft = await database.ReadAsync(session => DraftAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
            results.Add(draft.Refusal is { } refusal
                ? new(null, "FAILED", refusal.Detail)
                : new((await StoreAsync(draft.Value, http.RequestAborted).ConfigureAwait(false)).Run.Id, "CREATED", null));
        }
        await http.AnswerAsync(new FlowRunBulkCreateResponse(results)).ConfigureAwait(false);
    }

    private ValueTask<(FlowRun Run, bool IsNew)> StoreAsync((NewFlowRun Run, (Guid PoolId, string Pool, string Queue)? OtherQueue) draft, CancellationToken cancellation) =>
        database.WriteAsync(
            async session => await runs.CreateAsync(session, await PlacedAsync(session, draft.Run, draft.OtherQueue).ConfigureAwait(false)).ConfigureAwait(false), cancellation);

    /// <summary>Another queue than the deployment's is made on first use.</summary>
    private async ValueTask<NewFlowRun> PlacedAsync(Session session, NewFlowRun run, (Guid PoolId, string Pool, string Queue)? other) => other is { } place
        ? run with { WorkQueueId = (await queues.TakeAsync(session, place.PoolId, place.Pool, place.Queue).ConfigureAwait(false)).Id, WorkQueueName = place.Queue }
        : run;

    private async ValueTask<Outcome<(NewFlowRun Run, (Guid PoolId, string Pool, string Queue)? OtherQueue)>> DraftAsync(Session session, Guid id, DeploymentFlowRunCreate body)
    {
        if (await deployments.ReadAsync(session, id).ConfigureAwait(false) is not { } deployment)
            return Refusal.NotFound(DeploymentsApi.NotFound);
        var filled = await FilledParameters.OfAsync(session, variables, Over(deployment.Parameters, body.Parameters), "flow run").ConfigureAwait(false);
        if (filled.Refusal is { } unfilled)
            return unfilled;
        var parameters = filled.Value;
        if ((body.EnforceParameterSchema ?? deployment.EnforceParameterSchema) && Misfit(deployment, parameters) is { } misfit)
            return misfit;
        var pool = deployment.WorkPoolName is { } poolName ? await pools.ReadAsync(session, poolName).ConfigureAwait(false) : null;
        if (JobVariables.Refuse(pool?.BaseJobTemplate, $"a run of deployment '{deployment.Name}'", isRun: true, deployment.JobVariables, body.JobVariables) is { } refusal)
            return refusal;
        // only a pool has queues: a run of a deployment that has none could wait nowhere
        if (body.WorkQueueName is { } nowhere && pool is null)
            return new Refusal(
                StatusCodes.Status400BadRequest, $"Cannot create flow run in work queue {nowhere} because deployment {deployment.Id} is not associated with a work pool: leave the queue out.");
        (Guid PoolId, string Pool, string Queue)? other = body.WorkQueueName is { } wanted && wanted != deployment.WorkQueueName && pool is not null ? (pool.Id, pool.Name, wanted) : null;
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

    private static Refusal? Misfit(Deployment deployment, JsonElement parameters)
    {
        if (deployment.ParameterOpenapiSchema is not { ValueKind: JsonValueKind.Object } schema)
            return Refusal.Conflict($"Deployment '{deployment.Name}' holds its parameters against their schema, but has none.");
        var faults = ParameterSchema.Faults(schema, parameters, isPartial: false);
        return faults.Count == 0 ? null : Refusal.Conflict($"Error creating flow run: the parameters do not fit deployment '{deployment.Name}': {string.Join("; ", faults)}.");
    }

    private async Task ScheduleAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentScheduling>(http.RequestAborted).ConfigureAwait(false);
        var horizon = ScheduleHorizon.Of(body, clock.GetUtcNow(), scheduling);
        if (await database.ReadAsync(session => deployments.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false) is null)
        {
            await http.NotFoundAsync(DeploymentsApi.NotFound).ConfigureAwait(false);
            return;
        }
        await scheduler.ScheduleAsync(http.Id(), horizon, http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync<JsonElement?>(null).ConfigureAwait(false);
    }

    private async Task GetScheduledAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<ScheduledDeploymentRuns>(http.RequestAborted).ConfigureAwait(false);
        var largest = Page.Largest(http);
        if (body.Limit < 0 || body.Limit > largest)
            throw new InvalidRequestException("body.limit", $"Input should be between 0 and {largest}", body.Limit < 0 ? "greater_than_equal" : "less_than_equal");
        var deadline = clock.GetUtcNow() + ClaimsApi.WaitOf(http.Request);
        await deployments.NotePollAsync(database, [.. body.DeploymentIds], http.RequestAborted).ConfigureAwait(false);
        while (true)
        {
            var scheduled = database.Wakeups.Next(Orchestrator.ScheduledTopic); // before the look, so that no signal between the look and the wait is missed
            var found = await DueAsync(body, largest, http.RequestAborted).ConfigureAwait(false);
            var left = deadline - clock.GetUtcNow();
            if (found.Count > 0 || left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await http.AnswerAsync(found).ConfigureAwait(false);
                return;
            }
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            try
            {
                await database.Wakeups.WaitAsync(scheduled, left, ends.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
            {
                // a server that stops keeps nobody waiting: the caller is answered with what there is
            }
        }
    }

    private ValueTask<List<FlowRun>> DueAsync(ScheduledDeploymentRuns asked, int largest, CancellationToken cancellation)
    {
        var now = clock.Now();
        return database.ReadAsync(
            session => session.QueryAsync(
                $"""
                select {FlowRunRows.Select} where {session.Dialect.AnyId("fr.deployment_id", "ids")} and fr.state_type = 'SCHEDULED' and fr.next_scheduled_start_time <= @before
                  and not ({session.Dialect.AnyId("fr.id", "known")})
                order by fr.next_scheduled_start_time, fr.id limit @limit
                """,
                row => FlowRunRows.Read(row, now),
                ("ids", asked.DeploymentIds.ToArray()), ("before", asked.ScheduledBefore ?? DateTimeOffset.MaxValue.Cut()), ("limit", asked.Limit ?? largest), ("known", (Guid[])[.. asked.ExcludeIds ?? []])),
            cancellation);
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
