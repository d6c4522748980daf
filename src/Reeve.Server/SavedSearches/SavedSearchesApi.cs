using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Protocol.SavedSearches;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.SavedSearches;

/// <summary><c>/saved_searches</c>: filters of the console under names.</summary>
internal sealed class SavedSearchesApi(Database database, SavedSearchesStore searches)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/saved_searches", SaveAsync).Says("Keeps a search; a known name gets the new filters and answers 200.").Takes<SavedSearchCreate>().Answers<SavedSearch>(201, 200);
        api.MapPost("/saved_searches/filter", FilterAsync).Says("Lists the saved searches.").Takes<Query>(required: false).Answers<List<SavedSearch>>();
        api.MapGet("/saved_searches/{id}", ReadAsync).Says("Reads a saved search.").Answers<SavedSearch>().Answers(404);
        api.MapDelete("/saved_searches/{id}", DeleteAsync).Says("Deletes a saved search.").Answers(204, 404);
    }

    private async Task SaveAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SavedSearchCreate>(http.RequestAborted).ConfigureAwait(false);
        var (search, isNew) = await database.WriteAsync(session => searches.SaveAsync(session, body), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(search, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => SavedSearchesStore.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var id = http.Id();
        var search = await database.ReadAsync(session => SavedSearchesStore.ReadAsync(session, id), http.RequestAborted).ConfigureAwait(false);
        await (search is null ? http.DoneAsync(SavedSearchesStore.NotFound) : http.AnswerAsync(search)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var id = http.Id();
        await http.DoneAsync(await database.WriteAsync(session => SavedSearchesStore.DeleteAsync(session, id), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
