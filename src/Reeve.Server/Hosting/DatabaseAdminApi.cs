using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary><c>/admin/database</c> of the 2.x line. The tables themselves stay: a server without them could not answer.</summary>
internal sealed class DatabaseAdminApi(Database database, FreshServer fresh)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/admin/database/clear", http => EmptyAsync(http, prepare: true)).Says("Deletes everything that is stored; the server is as after its first start.").Takes<Confirmation>(required: false).Answers(204, 400);
        api.MapPost("/admin/database/drop", http => EmptyAsync(http, prepare: false)).Says("Deletes everything, the built-in kinds of blocks too; create brings them back.").Takes<Confirmation>(required: false).Answers(204, 400);
        api.MapPost("/admin/database/create", CreateAsync).Says("Makes what a new server has and this one lacks.").Takes<Confirmation>(required: false).Answers(204, 400);
    }

    private async Task EmptyAsync(HttpContext http, bool prepare)
    {
        if (!await IsConfirmedAsync(http).ConfigureAwait(false))
            return;
        await database.WriteAsync(
            async session =>
            {
                await AllRows.DeleteAsync(session).ConfigureAwait(false);
                await fresh.ForgetAsync(session).ConfigureAwait(false);
                if (prepare)
                    await fresh.FillAsync(session).ConfigureAwait(false);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext http)
    {
        if (!await IsConfirmedAsync(http).ConfigureAwait(false))
            return;
        await database.WriteAsync(fresh.FillAsync, http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }

    private static async Task<bool> IsConfirmedAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<Confirmation>(http.RequestAborted).ConfigureAwait(false);
        if (!body.Confirm)
            await http.ProblemAsync(StatusCodes.Status400BadRequest, "This changes the whole database: pass \"confirm\": true.").ConfigureAwait(false);
        return body.Confirm;
    }
}

/// <summary>The body of what must not happen by mistake.</summary>
internal sealed record Confirmation
{
    public bool Confirm { get; set; }
}
