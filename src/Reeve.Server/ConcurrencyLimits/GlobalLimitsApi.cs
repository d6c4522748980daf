using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary><c>/v2/concurrency_limits</c>: limits by name or id; a text that is a UUID is an id.</summary>
internal sealed class GlobalLimitsApi(Database database, ConcurrencyLimitsStore limits, DeploymentLimits deployments, TimeProvider clock)
{
    private const string NotFound = "Concurrency Limit not found";

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/v2/concurrency_limits", CreateAsync).Says("Makes a limit.").Takes<GlobalLimitCreate>().Answers<GlobalLimit>(201).Answers(409);
        api.MapPost("/v2/concurrency_limits/filter", FilterAsync)
            .Says("Lists the limits by name.").Takes<Query>(required: false).Answers<List<GlobalLimit>>();
        api.MapGet("/v2/concurrency_limits/{id_or_name}", ReadAsync).Says("Reads a limit.").Answers<GlobalLimit>().Answers(404);
        api.MapPatch("/v2/concurrency_limits/{id_or_name}", UpdateAsync).Says("Changes a limit; who waits for its slots looks again.").Takes<GlobalLimitUpdate>().Answers(204, 404, 409);
        api.MapDelete("/v2/concurrency_limits/{id_or_name}", DeleteAsync).Says("Deletes a limit; it holds nothing back any more.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<GlobalLimitCreate>(http.RequestAborted).ConfigureAwait(false);
        LimitChecks.Check(body);
        try
        {
            var made = await database.WriteAsync(session => limits.AddAsync(session, body), http.RequestAborted).ConfigureAwait(false);
            await http.AnswerAsync(made, StatusCodes.Status201Created).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsUniqueViolation)
        {
            await http.ConflictAsync(Taken(body.Name)).ConfigureAwait(false);
        }
    }

    private async Task FilterAsync(HttpContext http)
    {
        var page = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => limits.FilterAsync(session, page, tagsOnly: false), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var limit = await database.ReadAsync(session => FindAsync(session, http), http.RequestAborted).ConfigureAwait(false);
        await (limit is null ? http.NotFoundAsync(NotFound) : http.AnswerAsync(limit)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<GlobalLimitUpdate>(http.RequestAborted).ConfigureAwait(false);
        LimitChecks.Check(body);
        try
        {
            var found = await database.WriteAsync(session => UpdateAsync(session, http, body), http.RequestAborted).ConfigureAwait(false);
            await (found ? http.NoContentAsync() : http.NotFoundAsync(NotFound)).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsUniqueViolation)
        {
            await http.ConflictAsync(Taken(body.Name.Value ?? "")).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> UpdateAsync(Session session, HttpContext http, GlobalLimitUpdate body)
    {
        if (await FindAsync(session, http).ConfigureAwait(false) is not { } found)
            return false;
        var now = clock.Now();
        if (await ConcurrencySlots.LockAsync(session, found.Id, now).ConfigureAwait(false) is not { } known)
            return false;
        var wanted = known with
        {
            Active = body.Active.Value ?? known.Active,
            Name = body.Name.Value ?? known.Name,
            Limit = body.Limit.Value ?? known.Limit,
            DeniedSlots = body.DeniedSlots.Value ?? known.DeniedSlots,
            SlotDecayPerSecond = body.SlotDecayPerSecond.Value ?? known.SlotDecayPerSecond,
        };
        await limits.SaveAsync(session, wanted).ConfigureAwait(false);
        if (body.ActiveSlots.Value is { } used)
            await ConcurrencySlots.SetUsedAsync(session, wanted, used, now).ConfigureAwait(false);
        await deployments.CallWaitingAsync(session, known.Id).ConfigureAwait(false);
        return true;
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var found = await database.WriteAsync(
            async session =>
            {
                if (await FindAsync(session, http).ConfigureAwait(false) is not { } limit)
                    return false;
                await deployments.CallWaitingAsync(session, limit.Id, all: true).ConfigureAwait(false);
                return await limits.DeleteAsync(session, limit.Id).ConfigureAwait(false);
            },
            http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync(NotFound)).ConfigureAwait(false);
    }

    private ValueTask<GlobalLimit?> FindAsync(Session session, HttpContext http)
    {
        var text = http.Route("id_or_name");
        return Guid.TryParse(text, out var id) ? limits.ReadAsync(session, id) : limits.ReadAsync(session, text);
    }

    private static string Taken(string name) => $"There is a concurrency limit '{name}' already. Change it, or choose another name.";
}
