using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary><c>/task_runs</c></summary>
internal sealed class TaskRunsApi(Database database, TaskRunsStore runs, Orchestrator orchestrator, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/task_runs", CreateAsync);
        api.MapGet("/task_runs/{id}", ReadAsync);
        api.MapPatch("/task_runs/{id}", UpdateAsync);
        api.MapDelete("/task_runs/{id}", DeleteAsync);
        api.MapPost("/task_runs/{id}/set_state", SetStateAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TaskRunCreate>(http.RequestAborted).ConfigureAwait(false);
        var (run, token) = (TaskRunsStore.New(body, clock.Now()), http.Request.LeaseToken());
        try
        {
            var (created, isNew, superseded) = await database.WriteAsync(
                async session =>
                {
                    if (await FlowRunLeases.FenceAsync(session, body.FlowRunId, token).ConfigureAwait(false) is { } refused)
                        return (null, false, refused);
                    var (stored, added) = await runs.CreateAsync(session, run).ConfigureAwait(false);
                    return ((TaskRun?)stored, added, (string?)null);
                },
                http.RequestAborted).ConfigureAwait(false);
            await (superseded is not null
                ? http.ConflictAsync(superseded)
                : http.AnswerAsync(created!, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsForeignKeyViolation)
        {
            await http.NotFoundAsync($"Flow run {body.FlowRunId} not found").ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(HttpContext http)
    {
        var run = await database.ReadAsync(session => runs.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (run is null ? http.NotFoundAsync("Task run not found") : http.AnswerAsync(run)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TaskRunRename>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(session => runs.RenameAsync(session, http.Id(), body.Name), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Task run not found")).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var found = await database.WriteAsync(session => runs.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Task run not found")).ConfigureAwait(false);
    }

    private async Task SetStateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SetState>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await orchestrator.ProposeTaskRunStateAsync(http.Id(), body, http.Request.LeaseToken(), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, "Task run").ConfigureAwait(false);
    }
}

/// <summary>The body of <c>PATCH /task_runs/{id}</c>.</summary>
internal sealed record TaskRunRename(string? Name = null);
