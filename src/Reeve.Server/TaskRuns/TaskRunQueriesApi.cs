using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary><c>/task_runs</c> by filters.</summary>
internal sealed class TaskRunQueriesApi(Database database, TaskRunsStore runs)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/task_runs/filter", FilterAsync).Says("Finds task runs.").Takes<Query>(required: false).Answers<List<TaskRun>>();
        api.MapPost("/task_runs/paginate", PaginateAsync).Says("Finds a numbered page of task runs.").Takes<Query>(required: false).Answers<Pages<TaskRun>>();
        api.MapPost("/task_runs/count", CountAsync).Says("Counts task runs.").Takes<Query>(required: false).Answers<long>();
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => runs.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task PaginateAsync(HttpContext http)
    {
        var query = await http.ReadNumberedPageAsync().ConfigureAwait(false);
        var page = await database.ReadAsync(
            async session => NumberedPage.Answer(
                query, await runs.FilterAsync(session, query).ConfigureAwait(false), await runs.CountAsync(session, query).ConfigureAwait(false)),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(page).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => runs.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
