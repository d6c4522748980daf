using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Flows;

/// <summary><c>/flows</c></summary>
internal sealed class FlowsApi(Database database, FlowsStore flows)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flows", CreateAsync).Says("Names a flow; a known name answers 200.").Takes<FlowCreate>().Answers<Flow>(201, 200);
        api.MapPost("/flows/filter", FilterAsync).Says("Finds flows.").Takes<Query>(required: false).Answers<List<Flow>>();
        api.MapPost("/flows/paginate", PaginateAsync).Says("Finds a numbered page of flows.").Takes<Query>(required: false).Answers<Pages<Flow>>();
        api.MapPost("/flows/bulk_delete", DeleteManyAsync).Says("Deletes the flows of a filter, at most 50, with their runs and deployments.").Takes<Query>(required: false).Answers<Deleted>();
        api.MapPost("/flows/count", CountAsync).Says("Counts flows.").Takes<Query>(required: false).Answers<long>();
        api.MapGet("/flows/name/{name}", ReadByNameAsync).Says("Reads a flow by its name.").Answers<Flow>().Answers(404);
        api.MapGet("/flows/{id}", ReadAsync).Says("Reads a flow.").Answers<Flow>().Answers(404);
        api.MapPatch("/flows/{id}", UpdateAsync).Says("Changes a flow's tags and labels.").Takes<FlowUpdate>().Answers(204, 404);
        api.MapDelete("/flows/{id}", DeleteAsync).Says("Deletes a flow with its runs and deployments.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowCreate>(http.RequestAborted).ConfigureAwait(false);
        if (Naming.Fault(body.Name) is { } unnamed)
            throw new InvalidRequestException([unnamed]);
        // a known name needs no write, and every run of every client asks first
        if (await database.ReadAsync(session => flows.ReadByNameAsync(session, body.Name), http.RequestAborted).ConfigureAwait(false) is { } known)
        {
            await http.AnswerAsync(known).ConfigureAwait(false);
            return;
        }
        var (flow, isNew) = await database.WriteAsync(session => flows.CreateAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(flow, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => flows.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task PaginateAsync(HttpContext http)
    {
        var query = await http.ReadNumberedPageAsync().ConfigureAwait(false);
        var page = await database.ReadAsync(
            async session => NumberedPage.Answer(
                query, await flows.FilterAsync(session, query).ConfigureAwait(false), await flows.CountAsync(session, query).ConfigureAwait(false)),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(page).ConfigureAwait(false);
    }

    private async Task DeleteManyAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        var limit = BulkDelete.Limit(query);
        var deleted = await database.WriteAsync(
            async session =>
            {
                List<Guid> gone = [];
                foreach (var flow in await flows.FilterAsync(session, query with { Limit = limit, Offset = null }).ConfigureAwait(false))
                    if (await flows.DeleteAsync(session, flow.Id).ConfigureAwait(false))
                        gone.Add(flow.Id);
                return new Deleted(gone);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(deleted).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => flows.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http) =>
        await AnswerAsync(http, await database.ReadAsync(session => flows.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ReadByNameAsync(HttpContext http) =>
        await AnswerAsync(http, await database.ReadAsync(session => flows.ReadByNameAsync(session, http.Route("name")), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<FlowUpdate>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(session => flows.UpdateAsync(session, http.Id(), body), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Flow not found")).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var found = await database.WriteAsync(session => flows.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Flow not found")).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext http, Flow? flow) => flow is null ? http.NotFoundAsync("Flow not found") : http.AnswerAsync(flow);
}
