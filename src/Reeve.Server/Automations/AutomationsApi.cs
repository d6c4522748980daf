using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Automations;

/// <summary><c>/automations</c>: what clients ask when they deploy.</summary>
internal sealed class AutomationsApi(Database database)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/automations/filter", FilterAsync);
        api.MapPost("/automations/count", CountAsync);
        api.MapGet("/automations/related-to/{resource}", RelatedToAsync);
        api.MapDelete("/automations/owned-by/{resource}", DeleteOwnedByAsync);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        var query = WireRequests.Read<Query>(body);
        var name = body.TryGetProperty("automations", out var filter) && filter.ValueKind == JsonValueKind.Object && filter.TryGetProperty("name", out var names)
            && names.ValueKind == JsonValueKind.Object ? WireRequests.Read<AnyOf<string>>(names) : null;
        await http.AnswerAsync(await database.ReadAsync(session => AutomationsStore.FilterAsync(session, query, name), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http) =>
        await http.AnswerAsync(await database.ReadAsync(AutomationsStore.CountAsync, http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task RelatedToAsync(HttpContext http)
    {
        var resource = http.Route("resource");
        await http.AnswerAsync(await database.ReadAsync(session => AutomationsStore.RelatedToAsync(session, resource), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task DeleteOwnedByAsync(HttpContext http)
    {
        var resource = http.Route("resource");
        await database.WriteAsync(session => AutomationsStore.DeleteOwnedByAsync(session, resource), http.RequestAborted).ConfigureAwait(false);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
