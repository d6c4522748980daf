using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary><c>/work_pools/{pool}/queues</c> and <c>/work_queues</c>; the latter, which agents use, makes queues of the default agent pool.</summary>
internal sealed class WorkQueuesApi(Database database, WorkPoolsStore pools, WorkQueuesStore queues)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/work_pools/{pool}/queues", CreateAsync);
        api.MapPost("/work_pools/{pool}/queues/filter", FilterAsync);
        api.MapGet("/work_pools/{pool}/queues/{name}", ReadAsync);
        api.MapPatch("/work_pools/{pool}/queues/{name}", UpdateAsync);
        api.MapDelete("/work_pools/{pool}/queues/{name}", DeleteAsync);
        api.MapPost("/work_queues", CreateAsync);
        api.MapPost("/work_queues/filter", FilterAsync);
        api.MapGet("/work_queues/name/{name}", ReadAsync);
        api.MapGet("/work_queues/{id}", ReadAsync);
        api.MapPatch("/work_queues/{id}", UpdateAsync);
        api.MapDelete("/work_queues/{id}", DeleteAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var poolName = PoolOf(http) ?? WorkPoolsStore.AgentPool;
        var body = await http.Request.ReadWireAsync<WorkQueueCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body);
        var outcome = await database.WriteAsync<Outcome<WorkQueue>>(
            async session => await pools.ReadAsync(session, poolName).ConfigureAwait(false) is { } pool
                ? await queues.CreateAsync(session, pool.Id, poolName, body).ConfigureAwait(false)
                : WorkPoolsStore.NotFound(poolName),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var poolName = PoolOf(http);
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await database.ReadAsync<Outcome<List<WorkQueue>>>(
            async session => poolName is not null && await pools.ReadAsync(session, poolName).ConfigureAwait(false) is null
                ? WorkPoolsStore.NotFound(poolName)
                : await queues.FilterAsync(session, poolName, query).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var queue = await database.ReadAsync(session => FindAsync(session, http), http.RequestAborted).ConfigureAwait(false);
        await (queue is null ? http.NotFoundAsync("Work queue not found.") : http.AnswerAsync(queue)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<WorkQueueUpdate>(http.RequestAborted).ConfigureAwait(false);
        if (body.ConcurrencyLimit.Value < 0 || body.Priority.Value < 1)
            throw new InvalidRequestException("body", "'concurrency_limit' must be at least 0 and 'priority' at least 1");
        var refusal = await database.WriteAsync(
            async session => await queues.UpdateAsync(session, await FindAsync(session, http).ConfigureAwait(false), body).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var refusal = await database.WriteAsync(
            async session => await queues.DeleteAsync(session, await FindAsync(session, http).ConfigureAwait(false)).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private ValueTask<WorkQueue?> FindAsync(Session session, HttpContext http) => http.Request.RouteValues.ContainsKey("id")
        ? queues.ReadAsync(session, http.Id())
        : queues.ReadAsync(session, PoolOf(http) ?? WorkPoolsStore.AgentPool, http.Route("name"));

    private static string? PoolOf(HttpContext http) => http.Request.RouteValues.ContainsKey("pool") ? http.Route("pool") : null;

    private static void Check(WorkQueueCreate queue)
    {
        List<Fault> faults = [];
        if (string.IsNullOrWhiteSpace(queue.Name) || queue.Name.AsSpan().ContainsAny("/%&<>"))
            faults.Add(new(["body", "name"], "A work queue needs a name without '/', '%', '&', '<' and '>'", "value_error"));
        if (queue.ConcurrencyLimit < 0)
            faults.Add(new(["body", "concurrency_limit"], "Input should be greater than or equal to 0", "greater_than_equal"));
        if (queue.Priority < 1)
            faults.Add(new(["body", "priority"], "Input should be greater than 0", "greater_than"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
