using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.FlowRuns;

/// <summary><c>/flow_runs</c></summary>
internal sealed class FlowRunsApi(Database database, FlowRunsStore runs, WorkPoolsStore pools, WorkQueuesStore queues, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs", CreateAsync).Says("Makes a flow run in its first state; a known idempotency key answers 200.").Takes<FlowRunCreate>().Answers<FlowRun>(201, 200).Answers(404);
        api.MapGet("/flow_runs/{id}", ReadAsync).Says("Reads a flow run.").Answers<FlowRun>().Answers(404);
        api.MapPatch("/flow_runs/{id}", UpdateAsync).Says("Changes a flow run, but for its state.").Takes<FlowRunUpdate>().Answers(204, 400, 404, 409);
        api.MapDelete("/flow_runs/{id}", DeleteAsync).Says("Deletes a flow run with its history, task runs and logs.").Answers(204, 404);
        api.MapPatch("/flow_runs/{id}/labels", AddLabelsAsync).Says("Adds labels to a flow run.").Takes<Dictionary<string, JsonElement>>().Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunCreate>(http.RequestAborted).ConfigureAwait(false);
        ParameterSize.Check(http, body.Parameters);
        var run = New(body, clock.Now());
        try
        {
            var created = await database.WriteBesideAsync(
                async session => body.WorkPoolName is null
                    ? await runs.CreateAsync(session, run).ConfigureAwait(false)
                    : await PlacedAsync(session, body.WorkPoolName, body.WorkQueueName, run).ConfigureAwait(false) is { } placed
                        ? await runs.CreateAsync(session, placed).ConfigureAwait(false)
                        : default,
                http.RequestAborted).ConfigureAwait(false);
            await (created.Run is null
                ? http.NotFoundAsync($"Work pool \"{body.WorkPoolName}\" not found.")
                : http.AnswerAsync(created.Run, created.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsForeignKeyViolation)
        {
            await http.NotFoundAsync($"Flow {body.FlowId} not found: name the flow first (POST /flows/)").ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(HttpContext http)
    {
        var run = await database.ReadAsync(session => runs.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (run is null ? http.NotFoundAsync("Flow run not found") : http.AnswerAsync(run)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunUpdate>(http.RequestAborted).ConfigureAwait(false);
        ParameterSize.Check(http, body.Parameters.Value);
        var (id, token) = (http.Id(), http.Request.LeaseToken());
        await http.DoneAsync(await database.WriteAsync(session => UpdateAsync(session, id, token, body), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async ValueTask<Refusal?> UpdateAsync(Session session, Guid id, Guid? token, FlowRunUpdate body)
    {
        if (await FlowRunLeases.FenceAsync(session, id, token).ConfigureAwait(false) is { } superseded)
            return Refusal.Conflict(superseded);
        if (body.JobVariables is { IsGiven: true, Value: not null } && await WhyNoJobVariablesAsync(session, id).ConfigureAwait(false) is { } reason)
            return new(StatusCodes.Status400BadRequest, reason);
        return await runs.UpdateAsync(session, id, body).ConfigureAwait(false) ? null : Refusal.NotFound("Flow run not found");
    }

    // once somebody prepares the run they are used; and without a deployment nothing uses them
    private async ValueTask<string?> WhyNoJobVariablesAsync(Session session, Guid id) => await runs.ReadAsync(session, id).ConfigureAwait(false) switch
    {
        { StateType: not StateType.Scheduled } run => $"Job variables for a flow run in state {run.StateType?.ToWire()} cannot be updated",
        { DeploymentId: null } => "A deployment for the flow run could not be found: job variables are for runs of deployments.",
        _ => null,
    };

    private async Task DeleteAsync(HttpContext http)
    {
        var found = await database.WriteAsync(session => runs.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Flow run not found")).ConfigureAwait(false);
    }

    private async Task AddLabelsAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<Dictionary<string, JsonElement>>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(session => runs.AddLabelsAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Flow run not found")).ConfigureAwait(false);
    }

    private static NewFlowRun New(FlowRunCreate body, DateTimeOffset now) => new()
    {
        Id = Ids.New(now),
        Name = body.Name is { Length: > 0 } name ? name : RunNames.Next(),
        FlowId = body.FlowId,
        State = body.State,
        FlowVersion = body.FlowVersion,
        DeploymentId = body.DeploymentId,
        WorkQueueName = body.WorkQueueName,
        Parameters = Object(body.Parameters),
        Context = Object(body.Context),
        JobVariables = Object(body.JobVariables),
        Policy = body.EmpiricalPolicy ?? new(),
        Tags = body.Tags ?? [],
        Labels = RunLabels.OfFlowRun(body.FlowId, body.DeploymentId, Object(body.Labels)),
        IdempotencyKey = body.IdempotencyKey,
        ParentTaskRunId = body.ParentTaskRunId,
        InfrastructureDocumentId = body.InfrastructureDocumentId,
    };

    private static JsonElement Object(JsonElement? given) => given is { ValueKind: JsonValueKind.Object } element ? element : WireJson.EmptyObject;

    // another queue than the pool has is made on first use
    private async ValueTask<NewFlowRun?> PlacedAsync(Session session, string poolName, string? queueName, NewFlowRun run)
    {
        if (await pools.ReadAsync(session, poolName).ConfigureAwait(false) is not { } pool)
            return null;
        var queue = queueName is null && pool.DefaultQueueId is { } standard
            ? await queues.ReadAsync(session, standard).ConfigureAwait(false)
            : await queues.TakeAsync(session, pool.Id, pool.Name, queueName ?? WorkPoolsStore.DefaultQueue).ConfigureAwait(false);
        return run with { WorkQueueId = queue?.Id, WorkQueueName = queue?.Name };
    }
}
