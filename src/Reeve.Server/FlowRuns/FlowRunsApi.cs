using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary><c>/flow_runs</c></summary>
internal sealed class FlowRunsApi(Database database, FlowRunsStore runs, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs", CreateAsync);
        api.MapGet("/flow_runs/{id}", ReadAsync);
        api.MapPatch("/flow_runs/{id}", UpdateAsync);
        api.MapDelete("/flow_runs/{id}", DeleteAsync);
        api.MapPatch("/flow_runs/{id}/labels", AddLabelsAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunCreate>(http.RequestAborted).ConfigureAwait(false);
        var run = New(body, clock.Now());
        try
        {
            var created = await database.WriteAsync(
                async session => body.WorkPoolName is null
                    ? await runs.CreateAsync(session, run).ConfigureAwait(false)
                    : await FindQueueAsync(session, body, run).ConfigureAwait(false) is { } placed
                        ? await runs.CreateAsync(session, placed).ConfigureAwait(false)
                        : default,
                http.RequestAborted).ConfigureAwait(false);
            await (created.Run is null
                ? http.NotFoundAsync($"Work pool '{body.WorkPoolName}' or its queue '{body.WorkQueueName}' not found")
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
        var (id, token) = (http.Id(), http.Request.LeaseToken());
        var (found, superseded) = await database.WriteAsync(
            async session => await FlowRunLeases.FenceAsync(session, id, token).ConfigureAwait(false) is { } refused
                ? (true, refused)
                : (await runs.UpdateAsync(session, id, body).ConfigureAwait(false), (string?)null),
            http.RequestAborted).ConfigureAwait(false);
        await (superseded is not null ? http.ConflictAsync(superseded) : found ? http.NoContentAsync() : http.NotFoundAsync("Flow run not found")).ConfigureAwait(false);
    }

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
        Labels = Object(body.Labels),
        IdempotencyKey = body.IdempotencyKey,
        ParentTaskRunId = body.ParentTaskRunId,
        InfrastructureDocumentId = body.InfrastructureDocumentId,
    };

    private static JsonElement Object(JsonElement? given) => given is { ValueKind: JsonValueKind.Object } element ? element : WireJson.EmptyObject;

    private static ValueTask<NewFlowRun?> FindQueueAsync(Session session, FlowRunCreate body, NewFlowRun run) => session.QueryFirstAsync(
        """
        select wq.id, wq.name from work_pool wp join work_queue wq on wq.work_pool_id = wp.id
        where wp.name = @pool and (wq.name = @queue or (wq.id = wp.default_queue_id and @standard))
        """,
        row => run with { WorkQueueId = row.Id(0), WorkQueueName = row.Text(1) },
        ("pool", body.WorkPoolName), ("queue", body.WorkQueueName ?? ""), ("standard", body.WorkQueueName is null));
}
