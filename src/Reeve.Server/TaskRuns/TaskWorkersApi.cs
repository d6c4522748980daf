using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary><c>/task_workers</c></summary>
internal sealed class TaskWorkersApi(Database database, TimeProvider clock)
{
    internal void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/task_workers/filter", FilterAsync).Says("Workers that take background task runs, of certain tasks or of all.").Takes<TaskWorkerQuery>(required: false).Answers<List<TaskWorker>>();

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<TaskWorkerQuery>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(
            session => TaskWorkers.ListAsync(session, query.TaskWorkerFilter?.TaskKeys ?? [], clock.Now()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }
}

/// <summary>The body of <c>POST /task_workers/filter</c>.</summary>
internal sealed record TaskWorkerQuery(TaskWorkerFilter? TaskWorkerFilter = null);

internal sealed record TaskWorkerFilter(IReadOnlyList<string> TaskKeys);
