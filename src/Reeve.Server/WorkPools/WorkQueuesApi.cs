using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary><c>/work_pools/{pool}/queues</c> and <c>/work_queues</c>; the latter, which agents use, makes queues of the default agent pool.</summary>
internal sealed class WorkQueuesApi(Database database, WorkPoolsStore pools, WorkQueuesStore queues)
{
    // room to move back without leaving the numbers a database keeps
    private const int HighestPriority = 1_000_000_000;

    internal void Map(IEndpointRouteBuilder api)
    {
        foreach (var (place, one) in ((string, string)[])[("/work_pools/{work_pool_name}/queues", "{name}"), ("/work_queues", "{id}")])
        {
            api.MapPost(place, CreateAsync).Says("Makes a work queue.").Takes<WorkQueueCreate>().Answers<WorkQueue>(201).Answers(404, 409);
            api.MapPost($"{place}/filter", FilterAsync).Says("Finds work queues.").Takes<Query>(required: false).Answers<List<WorkQueue>>().Answers(404);
            api.MapGet($"{place}/{one}", ReadAsync).Says("Reads a work queue.").Answers<WorkQueue>().Answers(404);
            api.MapPatch($"{place}/{one}", UpdateAsync).Says("Changes what is given of a work queue.").Takes<WorkQueueUpdate>().Answers(204, 404, 409);
            api.MapDelete($"{place}/{one}", DeleteAsync).Says("Deletes a work queue; its runs wait in none.").Answers(204, 404, 409);
        }
        api.MapGet("/work_queues/name/{name}", ReadAsync).Says("Reads a work queue of the agents' pool by its name.").Answers<WorkQueue>().Answers(404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var poolName = PoolOf(http);
        var body = await http.Request.ReadWireAsync<WorkQueueCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body.Name, body.ConcurrencyLimit, body.Priority);
        var outcome = await database.WriteAsync<Outcome<WorkQueue>>(
            async session =>
            {
                var pool = poolName is null ? await pools.AgentPoolAsync(session).ConfigureAwait(false) : await pools.ReadAsync(session, poolName).ConfigureAwait(false);
                return pool is null ? WorkPoolsStore.NotFound(poolName!) : await queues.CreateAsync(session, pool.Id, pool.Name, body).ConfigureAwait(false);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var poolName = PoolOf(http);
        var query = await http.ReadPageAsync().ConfigureAwait(false);
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
        Check(body.Name.IsGiven ? body.Name.Value ?? "" : null, body.ConcurrencyLimit.Value, body.Priority.Value);
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

    private static string? PoolOf(HttpContext http) => http.Request.RouteValues.ContainsKey("work_pool_name") ? http.Route("work_pool_name") : null;

    private static void Check(string? name, int? limit, int? priority)
    {
        List<Fault> faults = [];
        if (name is not null && Naming.Fault(name) is { } unnamed)
            faults.Add(unnamed);
        if (limit < 0)
            faults.Add(new(["body", "concurrency_limit"], "Input should be greater than or equal to 0", "greater_than_equal"));
        if (priority is < 1 or > HighestPriority)
            faults.Add(new(["body", "priority"], $"Input should be between 1 and {HighestPriority}", priority < 1 ? "greater_than" : "less_than_equal"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
