using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary><c>/work_pools/{name}/concurrency_status</c> and <c>/work_queues/{id}/concurrency_status</c>: what is used of their limits, and by which runs.</summary>
internal sealed class ConcurrencyStatusApi(Database database, WorkPoolsStore pools, WorkQueuesStore queues, DueRuns due, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/work_pools/{name}/concurrency_status", PoolAsync)
            .Says("Tells which runs hold the slots of a pool, by queue.").Takes<ConcurrencyStatusRequest>(required: false).Answers<WorkPoolConcurrencyStatus>().Answers(404);
        api.MapPost("/work_queues/{id}/concurrency_status", QueueAsync)
            .Says("Tells which runs hold the slots of a queue.").Takes<ConcurrencyStatusRequest>(required: false).Answers<WorkQueueConcurrencyStatus>().Answers(404);
    }

    private async Task PoolAsync(HttpContext http)
    {
        var (page, limit, perQueue) = Check(await http.Request.ReadWireAsync<ConcurrencyStatusRequest>(http.RequestAborted).ConfigureAwait(false), Page.Largest(http));
        var name = http.Route("name");
        await http.AnswerAsync(await database.ReadAsync<Outcome<WorkPoolConcurrencyStatus>>(
            async session =>
            {
                if (await pools.ReadAsync(session, name).ConfigureAwait(false) is not { } pool)
                    return WorkPoolsStore.NotFound(name);
                var now = clock.Now();
                var all = await due.QueuesAsync(session, pool.Id).ConfigureAwait(false);
                List<WorkQueueConcurrencyStatusDetail> told = [];
                foreach (var queue in all.Skip(Offset(page, limit)).Take(limit))
                {
                    var used = await SlotHolders.CountAsync(session, SlotHolders.OfQueue, queue.Id).ConfigureAwait(false);
                    var runs = await SlotHolders.ReadAsync(session, SlotHolders.OfQueue, queue.Id, perQueue, 0, now).ConfigureAwait(false);
                    told.Add(new(queue.Id, queue.Name, used, queue.Limit, runs, used));
                }
                return new WorkPoolConcurrencyStatus
                {
                    ActiveSlots = await SlotHolders.CountAsync(session, SlotHolders.OfPool, pool.Id).ConfigureAwait(false),
                    ConcurrencyLimit = pool.ConcurrencyLimit,
                    Queues = told,
                    Count = all.Count,
                    Limit = limit,
                    Pages = Pages(all.Count, limit),
                    Page = page,
                };
            },
            http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task QueueAsync(HttpContext http)
    {
        var (page, limit, _) = Check(await http.Request.ReadWireAsync<ConcurrencyStatusRequest>(http.RequestAborted).ConfigureAwait(false), Page.Largest(http));
        var id = http.Id();
        await http.AnswerAsync(await database.ReadAsync<Outcome<WorkQueueConcurrencyStatus>>(
            async session =>
            {
                if (await queues.ReadAsync(session, id).ConfigureAwait(false) is not { } queue)
                    return Refusal.NotFound("Work queue not found.");
                var used = await SlotHolders.CountAsync(session, SlotHolders.OfQueue, id).ConfigureAwait(false);
                return new WorkQueueConcurrencyStatus
                {
                    ActiveSlots = used,
                    ConcurrencyLimit = queue.ConcurrencyLimit,
                    FlowRuns = await SlotHolders.ReadAsync(session, SlotHolders.OfQueue, id, limit, Offset(page, limit), clock.Now()).ConfigureAwait(false),
                    Count = used,
                    Limit = limit,
                    Pages = Pages(used, limit),
                    Page = page,
                };
            },
            http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static (int Page, int Limit, int PerQueue) Check(ConcurrencyStatusRequest body, int largest)
    {
        List<Fault> faults = [];
        if (body.Page < 1)
            faults.Add(new(["body", "page"], "Input should be greater than or equal to 1", "greater_than_equal"));
        if (body.Limit < 1 || body.Limit > largest)
            faults.Add(new(["body", "limit"], $"Input should be between 1 and {largest}", "value_error"));
        if (body.FlowRunLimit < 0 || body.FlowRunLimit > largest)
            faults.Add(new(["body", "flow_run_limit"], $"Input should be between 0 and {largest}", "value_error"));
        return faults.Count == 0 ? (body.Page, body.Limit ?? largest, body.FlowRunLimit) : throw new InvalidRequestException(faults);
    }

    private static int Offset(int page, int limit) => (int)Math.Min((page - 1L) * limit, int.MaxValue);

    private static int Pages(int count, int limit) => (count + limit - 1) / limit;
}
