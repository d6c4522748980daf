using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary><c>/flow_runs</c> by filters.</summary>
internal sealed class FlowRunQueriesApi(Database database, FlowRunsStore runs)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs/filter", FilterAsync).Says("Finds flow runs.").Takes<Query>(required: false).Answers<List<FlowRun>>();
        api.MapPost("/flow_runs/paginate", PaginateAsync).Says("Finds a numbered page of flow runs.").Takes<Query>(required: false).Answers<Pages<FlowRun>>();
        api.MapPost("/flow_runs/count", CountAsync).Says("Counts flow runs.").Takes<Query>(required: false).Answers<long>();
        api.MapPost("/flow_runs/lateness", LatenessAsync).Says("The average seconds by which flow runs began late; null without runs.").Takes<Query>(required: false).Answers<double?>();
        api.MapPost("/flow_runs/bulk_delete", DeleteAsync).Says("Deletes the flow runs of a filter, at most 50.").Takes<Query>(required: false).Answers<Deleted>();
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

    private async Task LatenessAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => runs.LatenessAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        var limit = BulkDelete.Limit(query);
        var deleted = await database.WriteAsync(
            async session =>
            {
                List<Guid> gone = [];
                foreach (var id in await runs.FindAsync(session, query with { Limit = limit, Offset = null }).ConfigureAwait(false))
                    if (await runs.DeleteAsync(session, id).ConfigureAwait(false))
                        gone.Add(id);
                return new Deleted(gone);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(deleted).ConfigureAwait(false);
    }
}
