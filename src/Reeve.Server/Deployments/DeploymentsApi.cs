using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Json;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Flows;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.Variables;

namespace Reeve.Server.Deployments;

/// <summary><c>/deployments</c></summary>
internal sealed class DeploymentsApi(
    Database database, DeploymentsStore deployments, DeploymentDrafts drafts, DeploymentChecks checks, DeploymentChanges changes, AutoScheduledRuns runs, FlowsStore flows,
    VariablesStore variables, TimeProvider clock)
{
    internal const string NotFound = "Deployment not found";

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/deployments", CreateAsync).Says("Makes a deployment, or changes the one of this name.").Takes<DeploymentCreate>().Answers<Deployment>(201, 200).Answers(404, 409);
        api.MapPost("/deployments/filter", FilterAsync).Says("Finds deployments.").Takes<Query>(required: false).Answers<List<Deployment>>();
        api.MapPost("/deployments/count", CountAsync).Says("Counts deployments.").Takes<Query>(required: false).Answers<long>();
        api.MapPost("/deployments/paginate", PaginateAsync).Says("Finds a page of deployments, and says how many there are.").Takes<Query>(required: false).Answers<Pages<Deployment>>();
        api.MapPost("/deployments/bulk_delete", BulkDeleteAsync).Says("Deletes deployments, at most 50.").Takes<DeploymentBulkDelete>(required: false).Answers<DeploymentBulkDeleteResponse>();
        api.MapGet("/deployments/name/{flow_name}/{deployment_name}", ReadByNameAsync).Says("Reads a deployment by its flow's name and its own.").Answers<Deployment>().Answers(404);
        api.MapGet("/deployments/{id}", ReadAsync).Says("Reads a deployment.").Answers<Deployment>().Answers(404);
        api.MapPatch("/deployments/{id}", UpdateAsync).Says("Changes what is given of a deployment.").Takes<DeploymentUpdate>().Answers(204, 400, 404, 409);
        api.MapDelete("/deployments/{id}", DeleteAsync).Says("Deletes a deployment and its runs that have not begun.").Answers(204, 404);
        foreach (var verb in (string[])["pause_deployment", "set_schedule_inactive"])
            api.MapPost($"/deployments/{{id}}/{verb}", http => PauseAsync(http, paused: true)).Says("Pauses a deployment: its schedules make no runs, and those made ahead go.").Answers<JsonElement?>().Answers(404);
        foreach (var verb in (string[])["resume_deployment", "set_schedule_active"])
            api.MapPost($"/deployments/{{id}}/{verb}", http => PauseAsync(http, paused: false)).Says("Resumes a deployment: its schedules make runs again.").Answers<JsonElement?>().Answers(404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var given = await http.Request.ReadWireAsync<JsonElement>(http.RequestAborted).ConfigureAwait(false);
        var body = WireRequests.Read<DeploymentCreate>(given);
        DeploymentChecks.OfBody(body);
        ParameterSize.Check(http, body.Parameters);
        HashSet<string> names = [.. given.EnumerateObject().Select(member => member.Name)];
        // a body that says nothing of schedules has none; one that says null leaves them as they are
        var wanted = ScheduleBodies.Of(body.Schedules, body.Schedule) ?? (names.Contains("schedules") ? null : []);
        var request = new DeploymentRequest(body, names, ClientLine.IsTwo(http.Request), wanted);
        (Outcome<Deployment> Outcome, bool IsNew) answer;
        try
        {
            answer = await database.WriteAsync(session => CreateAsync(session, request), http.RequestAborted).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsUniqueViolation)
        {
            // another request has made the deployment at the same time: now it is known
            answer = await database.WriteAsync(session => CreateAsync(session, request), http.RequestAborted).ConfigureAwait(false);
        }
        await http.AnswerAsync(answer.Outcome.Value is { } stored ? Shown(http, stored) : answer.Outcome, answer.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private async ValueTask<(Outcome<Deployment> Outcome, bool IsNew)> CreateAsync(Session session, DeploymentRequest request)
    {
        var body = request.Body;
        if (await flows.ReadAsync(session, body.FlowId).ConfigureAwait(false) is null)
            return (Refusal.NotFound($"Flow {body.FlowId} not found."), false);
        var known = await deployments.FindAsync(session, body.FlowId, body.Name).ConfigureAwait(false);
        var before = known is { } id ? await deployments.ReadAsync(session, id).ConfigureAwait(false) : null;
        var draft = drafts.Of(request, before);
        if (await checks.OfStoredAsync(session, draft, isChange: false).ConfigureAwait(false) is { } refusal)
            return (refusal, false);
        Optional<int?> limit = request.Says("concurrency_limit") ? new(body.ConcurrencyLimit) : default;
        Optional<Guid?> globalLimit = request.Says("global_concurrency_limit_id") ? new(body.GlobalConcurrencyLimitId) : default;
        return (await changes.StoreAsync(session, draft, request.Schedules, limit, globalLimit).ConfigureAwait(false), before is null);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentUpdate>(http.RequestAborted).ConfigureAwait(false);
        DeploymentChecks.OfBody(body);
        ParameterSize.Check(http, body.Parameters.Value);
        var outcome = await database.WriteAsync<Outcome<Deployment>>(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } known)
                    return Refusal.NotFound(NotFound);
                var wanted = ScheduleBodies.Of(body, known.Schedules);
                var filled = await FilledParameters.OfAsync(session, variables, body.Parameters.Value ?? default, "deployment").ConfigureAwait(false);
                if (filled.Refusal is { } unfilled)
                    return unfilled;
                var draft = DeploymentDrafts.Of(body.Parameters.Value is null ? body : body with { Parameters = new(filled.Value) }, known);
                return await checks.OfStoredAsync(session, draft, isChange: true).ConfigureAwait(false) is { } refusal
                    ? refusal
                    : await changes.StoreAsync(session, draft, wanted, body.ConcurrencyLimit, body.GlobalConcurrencyLimitId).ConfigureAwait(false);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(outcome.Refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var refusal = await database.WriteAsync(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } known)
                    return Refusal.NotFound(NotFound);
                await changes.DeleteAsync(session, known).ConfigureAwait(false);
                return null;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task BulkDeleteAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentBulkDelete>(http.RequestAborted).ConfigureAwait(false);
        if (body.Limit is < 1 or > 50)
            throw new InvalidRequestException("body.limit", "Input should be between 1 and 50", body.Limit < 1 ? "greater_than_equal" : "less_than_equal");
        var deleted = await database.WriteAsync(
            async session =>
            {
                var found = await deployments.FilterAsync(session, new Query { Deployments = body.Deployments, Limit = body.Limit }).ConfigureAwait(false);
                foreach (var deployment in found)
                {
                    await DeploymentEvents.TellAsync(session, clock.Now(), ObjectEvents.Deleted, deployment).ConfigureAwait(false);
                    await AutoScheduledRuns.RemoveAllAsync(session, deployment.Id).ConfigureAwait(false);
                    await deployments.DeleteAsync(session, deployment.Id).ConfigureAwait(false);
                }
                return found.ConvertAll(d => d.Id);
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(new DeploymentBulkDeleteResponse(deleted)).ConfigureAwait(false);
    }

    private async Task PauseAsync(HttpContext http, bool paused)
    {
        var found = await database.WriteAsync(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } known)
                    return false;
                await deployments.SetPausedAsync(session, http.Id(), paused).ConfigureAwait(false);
                await DeploymentEvents.TellAsync(session, clock.Now(), known, known with { Paused = paused }).ConfigureAwait(false);
                if (paused)
                    await AutoScheduledRuns.WithdrawAsync(session, http.Id()).ConfigureAwait(false);
                else
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
        var (flow, name) = (http.Route("flow_name"), http.Route("deployment_name"));
        await AnswerAsync(http, await database.ReadAsync(session => deployments.ReadByNameAsync(session, flow, name), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        var found = await database.ReadAsync(session => deployments.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(found.ConvertAll(deployment => Shown(http, deployment))).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => deployments.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task PaginateAsync(HttpContext http)
    {
        var query = await http.ReadNumberedPageAsync().ConfigureAwait(false);
        var answer = await database.ReadAsync(
            async session => NumberedPage.Answer(
                query, await deployments.FilterAsync(session, query).ConfigureAwait(false), await deployments.CountAsync(session, query).ConfigureAwait(false)),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(answer with { Results = answer.Results.ConvertAll(deployment => Shown(http, deployment)) }).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext http, Deployment? deployment) => deployment is null ? http.NotFoundAsync(NotFound) : http.AnswerAsync(Shown(http, deployment));

    // 2.x reads the limit as a number; for 3.x it stands in global_concurrency_limit alone
    private static Deployment Shown(HttpContext http, Deployment deployment) => ClientLine.IsTwo(http.Request) ? deployment : deployment with { ConcurrencyLimit = null };
}
