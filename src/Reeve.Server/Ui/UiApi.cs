using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Ui;

/// <summary><c>/ui</c>: the questions of web consoles.</summary>
internal sealed class UiApi(Database database, UiStore store, TimeProvider clock)
{
    private const int MostSimpleRuns = 1000;
    private const int MostIds = 200;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/ui/flow_runs/history", ListFlowRunsAsync).Says("Flow runs in brief, for a chart.").Takes<Query>(required: false).Answers<List<SimpleFlowRun>>();
        api.MapPost("/ui/flow_runs/count-task-runs", CountTaskRunsAsync).Says("Counts the task runs of flow runs.").Takes<FlowRunIds>().Answers<Dictionary<Guid, long>>();
        api.MapPost("/ui/flows/count-deployments", CountDeploymentsAsync).Says("Counts the deployments of flows.").Takes<FlowIds>().Answers<Dictionary<Guid, long>>();
        api.MapPost("/ui/flows/next-runs", NextRunsAsync).Says("The next scheduled run of each flow.").Takes<FlowIds>().Answers<Dictionary<Guid, SimpleNextFlowRun>>();
        api.MapPost("/ui/task_runs/count", CountByStateAsync).Says("Counts task runs by the type of their state.").Takes<Query>(required: false).Answers<Dictionary<string, long>>();
        api.MapPost("/ui/task_runs/dashboard/counts", CountEndedAsync).Says("Ended task runs in twenty parts of a time.").Takes<Query>().Answers<List<TaskRunCount>>();
        api.MapGet("/ui/task_runs/{id}", ReadTaskRunAsync).Says("Reads a task run with the name of its flow run.").Answers<TaskRun>().Answers(404);
    }

    private async Task ListFlowRunsAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        var limit = query.Limit ?? MostSimpleRuns;
        if (limit is < 0 or > MostSimpleRuns)
            throw new InvalidRequestException("body.limit", string.Create(CultureInfo.InvariantCulture, $"Input should be from 0 to {MostSimpleRuns}"), "less_than_equal");
        if (query.Offset is < 0)
            throw new InvalidRequestException("body.offset", "Input should be greater than or equal to 0", "greater_than_equal");
        await http.AnswerAsync(await database.ReadAsync(session => store.FlowRunsAsync(session, query, limit), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountTaskRunsAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowRunIds>(http.RequestAborted).ConfigureAwait(false);
        var ids = NotTooMany("flow_run_ids", body.Ids);
        await http.AnswerAsync(await database.ReadAsync(session => store.TaskRunCountsAsync(session, ids), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountDeploymentsAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowIds>(http.RequestAborted).ConfigureAwait(false);
        var ids = NotTooMany("flow_ids", body.Ids);
        await http.AnswerAsync(await database.ReadAsync(session => store.DeploymentCountsAsync(session, ids), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task NextRunsAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowIds>(http.RequestAborted).ConfigureAwait(false);
        var ids = NotTooMany("flow_ids", body.Ids);
        await http.AnswerAsync(await database.ReadAsync(session => store.NextRunsAsync(session, ids), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountByStateAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => store.TaskRunsByStateAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    // whatever state the filter asks for, ended runs are meant; the time is widened to whole minutes
    private async Task CountEndedAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        if (query.TaskRuns is null)
            throw new InvalidRequestException("body.task_runs", "Field required", "missing");
        if (query.TaskRuns.StartTime?.After is not { } after)
        {
            await http.ProblemAsync(StatusCodes.Status422UnprocessableEntity, "task_runs.start_time.after_ is required").ConfigureAwait(false);
            return;
        }
        var start = Minute(after);
        var last = Minute(query.TaskRuns.StartTime.Before ?? clock.Now());
        if (last < start)
            throw new InvalidRequestException("body.task_runs.start_time", "'before_' should not be earlier than 'after_'");
        var end = DateTimeOffset.MaxValue - last < TimeSpan.FromMinutes(1) ? DateTimeOffset.MaxValue : last + TimeSpan.FromMinutes(1);
        var wanted = query with { TaskRuns = query.TaskRuns with { State = null } };
        await http.AnswerAsync(
            await database.ReadAsync(session => store.EndedTaskRunsAsync(session, wanted, start, end), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadTaskRunAsync(HttpContext http)
    {
        var run = await database.ReadAsync(session => store.TaskRunAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (run is null ? http.NotFoundAsync("Task run not found") : http.AnswerAsync(run)).ConfigureAwait(false);
    }

    private static DateTimeOffset Minute(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private static IReadOnlyList<Guid> NotTooMany(string field, IReadOnlyList<Guid> ids) => ids.Count <= MostIds
        ? ids
        : throw new InvalidRequestException($"body.{field}", string.Create(CultureInfo.InvariantCulture, $"List should have at most {MostIds} items"), "too_long");
}
