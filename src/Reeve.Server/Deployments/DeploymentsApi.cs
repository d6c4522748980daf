using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Json;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Filters;
using Reeve.Server.Flows;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Deployments;

/// <summary><c>/deployments</c></summary>
internal sealed class DeploymentsApi(
    Database database, DeploymentsStore deployments, DeploymentDrafts drafts, SchedulesStore schedules, AutoScheduledRuns runs, FlowsStore flows, DeploymentLimits limits)
{
    internal const string NotFound = "Deployment not found";

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/deployments", CreateAsync);
        api.MapPost("/deployments/filter", FilterAsync);
        api.MapPost("/deployments/count", CountAsync);
        api.MapPost("/deployments/paginate", PaginateAsync);
        api.MapGet("/deployments/name/{flow}/{name}", ReadByNameAsync);
        api.MapGet("/deployments/{id}", ReadAsync);
        api.MapPatch("/deployments/{id}", UpdateAsync);
        api.MapDelete("/deployments/{id}", DeleteAsync);
        api.MapPost("/deployments/{id}/pause_deployment", http => PauseAsync(http, paused: true));
        api.MapPost("/deployments/{id}/resume_deployment", http => PauseAsync(http, paused: false));
        api.MapPost("/deployments/{id}/set_schedule_inactive", http => PauseAsync(http, paused: true));
        api.MapPost("/deployments/{id}/set_schedule_active", http => PauseAsync(http, paused: false));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentCreate>(http.RequestAborted).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(body.Name) || body.Name.AsSpan().ContainsAny("/%&<>"))
            throw new InvalidRequestException("body.name", "A deployment needs a name without '/', '%', '&', '<' and '>'");
        var wanted = ScheduleBodies.Of(body.Schedules, body.Schedule);
        (Outcome<Deployment> Outcome, bool IsNew) answer;
        try
        {
            answer = await database.WriteAsync(session => CreateAsync(session, body, wanted), http.RequestAborted).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsUniqueViolation)
        {
            // another request has made the deployment at the same time: now it is known
            answer = await database.WriteAsync(session => CreateAsync(session, body, wanted), http.RequestAborted).ConfigureAwait(false);
        }
        await http.AnswerAsync(answer.Outcome, answer.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private async ValueTask<(Outcome<Deployment> Outcome, bool IsNew)> CreateAsync(Session session, DeploymentCreate body, List<DeploymentScheduleCreate>? wanted)
    {
        if (await flows.ReadAsync(session, body.FlowId).ConfigureAwait(false) is null)
            return (Refusal.NotFound($"Flow {body.FlowId} not found."), false);
        var known = await deployments.FindAsync(session, body.FlowId, body.Name).ConfigureAwait(false);
        var before = known is { } id ? await deployments.ReadAsync(session, id).ConfigureAwait(false) : null;
        var draft = await drafts.OfAsync(session, body, before).ConfigureAwait(false);
        return (draft.Refusal is null
            ? await StoreAsync(session, draft.Value!, wanted, new(body.ConcurrencyLimit), new(body.GlobalConcurrencyLimitId)).ConfigureAwait(false)
            : draft, before is null);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentUpdate>(http.RequestAborted).ConfigureAwait(false);
        var wanted = ScheduleBodies.Of(body.Schedules.Value, body.Schedule.Value);
        var outcome = await database.WriteAsync<Outcome<Deployment>>(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } known)
                    return Refusal.NotFound(NotFound);
                var draft = await drafts.OfAsync(session, body, known).ConfigureAwait(false);
                return draft.Refusal is null
                    ? await StoreAsync(session, draft.Value!, wanted, body.ConcurrencyLimit, body.GlobalConcurrencyLimitId).ConfigureAwait(false)
                    : draft;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(outcome.Refusal).ConfigureAwait(false);
    }

    private async ValueTask<Outcome<Deployment>> StoreAsync(
        Session session, Deployment deployment, List<DeploymentScheduleCreate>? wanted, Optional<int?> limit, Optional<Guid?> globalLimit)
    {
        await deployments.SaveAsync(session, deployment).ConfigureAwait(false);
        if (await limits.LinkAsync(session, deployment.Id, limit, globalLimit).ConfigureAwait(false) is { } refusal)
            return refusal;
        if (wanted is not null)
            await schedules.ReplaceAsync(session, deployment.Id, wanted).ConfigureAwait(false);
        await runs.RenewAsync(session, deployment.Id).ConfigureAwait(false);
        return (await deployments.ReadAsync(session, deployment.Id).ConfigureAwait(false))!;
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var refusal = await database.WriteAsync(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is null)
                    return Refusal.NotFound(NotFound);
                await AutoScheduledRuns.RemoveAllAsync(session, http.Id()).ConfigureAwait(false);
                await deployments.DeleteAsync(session, http.Id()).ConfigureAwait(false);
                await limits.UnlinkAsync(session, http.Id()).ConfigureAwait(false);
                return null;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task PauseAsync(HttpContext http, bool paused)
    {
        var found = await database.WriteAsync(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is null)
                    return false;
                await deployments.SetPausedAsync(session, http.Id(), paused).ConfigureAwait(false);
                await runs.RenewAsync(session, http.Id()).ConfigureAwait(false);
                return true;
            },
            http.RequestAborted).ConfigureAwait(false);
        await (found ? http.AnswerAsync<JsonElement?>(null) : http.NotFoundAsync(NotFound)).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http) =>
        await AnswerAsync(http, await database.ReadAsync(session => deployments.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ReadByNameAsync(HttpContext http)
    {
        var (flow, name) = (http.Route("flow"), http.Route("name"));
        await AnswerAsync(http, await database.ReadAsync(session => deployments.ReadByNameAsync(session, flow, name), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => deployments.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => deployments.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task PaginateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        var query = WireRequests.Read<Query>(body);
        var page = body.TryGetProperty("page", out var number) && number.TryGetInt32(out var given) ? given : 1;
        var limit = query.Limit ?? Page.Largest;
        if (page < 1 || limit < 1)
            throw new InvalidRequestException("body", "'page' and 'limit' must be at least 1");
        var answer = await database.ReadAsync(
            async session =>
            {
                var count = await deployments.CountAsync(session, query).ConfigureAwait(false);
                var results = await deployments.FilterAsync(session, query with { Limit = limit, Offset = (page - 1) * limit }).ConfigureAwait(false);
                return new DeploymentPage(results, count, limit, (count + limit - 1) / limit, page);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(answer).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext http, Deployment? deployment) => deployment is null ? http.NotFoundAsync(NotFound) : http.AnswerAsync(deployment);
}

/// <summary>The answer of <c>POST /deployments/paginate</c>.</summary>
internal sealed record DeploymentPage(List<Deployment> Results, long Count, int Limit, long Pages, int Page);
