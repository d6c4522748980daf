using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>What workers and agents that know no leases ask: which runs may they propose Pending for.</summary>
internal sealed class ScheduledRunsApi(Database database, WorkPoolsStore pools, WorkQueuesStore queues, DueRuns due, WorkerHealthOptions health, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/work_pools/{name}/get_scheduled_flow_runs", OfPoolAsync).Says("Finds the runs that a worker of the pool may propose Pending for.")
            .Takes<ScheduledFlowRunsRequest>(required: false).Answers<List<WorkerFlowRun>>().Answers(404);
        api.MapPost("/work_queues/{id}/get_runs", OfQueueAsync).Says("Finds the runs that an agent of the queue may propose Pending for.")
            .Takes<ScheduledFlowRunsRequest>(required: false).Answers<List<FlowRun>>().Answers(404);
        api.MapGet("/work_queues/{id}/status", StatusAsync).Says("Says whether a work queue is well: asked for lately, and nothing in it late.").Answers<WorkQueueStatusDetail>().Answers(404);
    }

    private async Task OfPoolAsync(HttpContext http)
    {
        var (name, largest) = (http.Route("name"), Page.Largest(http));
        var body = await http.Request.ReadWireAsync<ScheduledFlowRunsRequest>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await database.ReadAsync<Outcome<(List<WorkerFlowRun> Runs, List<Guid> Queues)>>(
            async session =>
            {
                if (await pools.ReadAsync(session, name).ConfigureAwait(false) is not { } pool)
                    return WorkPoolsStore.NotFound(name);
                var wanted = await due.QueuesAsync(session, pool.Id).ConfigureAwait(false);
                if (body.WorkQueueNames is { Count: > 0 } names)
                {
                    if (names.FirstOrDefault(n => !wanted.Exists(q => q.Name == n)) is { } unknown)
                        return Refusal.NotFound($"Work queue \"{unknown}\" not found in work pool \"{name}\".");
                    wanted = wanted.FindAll(q => names.Contains(q.Name));
                }
                // the whole state is not part of this answer on the wire
                var found = await due.ReadAsync(session, pool, wanted, body.ScheduledBefore, body.ScheduledAfter, LimitOf(body, largest), withStates: false).ConfigureAwait(false);
                return (found.ConvertAll(r => new WorkerFlowRun(pool.Id, r.QueueId, r.Run)), wanted.ConvertAll(q => q.Id));
            },
            http.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(http, outcome).ConfigureAwait(false);
    }

    private async Task OfQueueAsync(HttpContext http)
    {
        var largest = Page.Largest(http);
        var body = await http.Request.ReadWireAsync<ScheduledFlowRunsRequest>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await database.ReadAsync<Outcome<(List<FlowRun> Runs, List<Guid> Queues)>>(
            async session =>
            {
                if (await queues.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } queue
                    || await pools.ReadAsync(session, queue.WorkPoolName!).ConfigureAwait(false) is not { } pool)
                    return Refusal.NotFound("Work queue not found.");
                var wanted = (await due.QueuesAsync(session, pool.Id).ConfigureAwait(false)).FindAll(q => q.Id == queue.Id);
                var found = queue.Filter is { } filter
                    ? await due.OfFilterAsync(session, pool, wanted, filter, body.ScheduledBefore, LimitOf(body, largest)).ConfigureAwait(false)
                    : (await due.ReadAsync(session, pool, wanted, body.ScheduledBefore, body.ScheduledAfter, LimitOf(body, largest), withStates: true).ConfigureAwait(false)).ConvertAll(r => r.Run);
                return (found, [queue.Id]);
            },
            http.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(http, outcome).ConfigureAwait(false);
    }

    private async Task AnswerAsync<T>(HttpContext http, Outcome<(List<T> Runs, List<Guid> Queues)> outcome)
    {
        // the console looks, too, but is no worker
        if (outcome.Refusal is null && !http.Request.Headers.ContainsKey("X-PREFECT-UI"))
            await queues.NotePollAsync(database, outcome.Value.Queues, http.RequestAborted).ConfigureAwait(false);
        await (outcome.Refusal is { } refusal ? http.DoneAsync(refusal) : http.AnswerAsync(outcome.Value.Runs)).ConfigureAwait(false);
    }

    private async Task StatusAsync(HttpContext http)
    {
        var outcome = await database.ReadAsync<Outcome<WorkQueueStatusDetail>>(
            async session =>
            {
                if (await queues.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } queue)
                    return Refusal.NotFound("Work queue not found.");
                var late = await LateAsync(session, queue.Id).ConfigureAwait(false);
                var isPolled = queue.LastPolled >= clock.Now() - health.QueueReady;
                return new WorkQueueStatusDetail(late == 0 && isPolled, late, queue.LastPolled, new WorkQueueHealthPolicy(0, (int)health.QueueReady.TotalSeconds));
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome).ConfigureAwait(false);
    }

    private static async ValueTask<int> LateAsync(Session session, Guid queueId) => (int)await session.ScalarAsync(
        "select count(*) from flow_run where work_queue_id = @queue and state_type = 'SCHEDULED' and state_name = 'Late'", ("queue", queueId)).ConfigureAwait(false);

    private static int LimitOf(ScheduledFlowRunsRequest body, int largest) => body.Limit switch
    {
        null => largest,
        { } limit when limit < 0 || limit > largest => throw new InvalidRequestException("body.limit", $"Input should be between 0 and {largest}"),
        { } limit => limit,
    };
}
