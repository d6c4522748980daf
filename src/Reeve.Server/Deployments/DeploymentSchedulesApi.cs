using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Deployments;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Deployments;

/// <summary><c>/deployments/{id}/schedules</c></summary>
internal sealed class DeploymentSchedulesApi(Database database, DeploymentsStore deployments, SchedulesStore schedules, AutoScheduledRuns runs)
{
    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/deployments/{id}/schedules", ListAsync).Says("Lists a deployment's schedules.").Answers<List<DeploymentSchedule>>().Answers(404);
        api.MapPost("/deployments/{id}/schedules", AddAsync).Says("Adds schedules to a deployment.").Takes<List<DeploymentScheduleCreate>>().Answers<List<DeploymentSchedule>>(201).Answers(404, 409);
        api.MapPatch("/deployments/{id}/schedules/{schedule_id}", UpdateAsync).Says("Changes what is given of a schedule.").Takes<DeploymentScheduleUpdate>().Answers(204, 404, 409);
        api.MapDelete("/deployments/{id}/schedules/{schedule_id}", DeleteAsync).Says("Deletes a schedule and the runs it made ahead.").Answers(204, 404);
    }

    private async Task ListAsync(HttpContext http)
    {
        var deployment = await database.ReadAsync(session => deployments.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (deployment is null ? http.NotFoundAsync(DeploymentsApi.NotFound) : http.AnswerAsync<List<DeploymentSchedule>>([.. deployment.Schedules])).ConfigureAwait(false);
    }

    private async Task AddAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<List<DeploymentScheduleCreate>>(http.RequestAborted).ConfigureAwait(false);
        var wanted = ScheduleBodies.Checked(body, "body", mayRepeat: true);
        var outcome = await database.WriteAsync<Outcome<List<DeploymentSchedule>>>(
            async session =>
            {
                if (await deployments.ReadAsync(session, http.Id()).ConfigureAwait(false) is not { } deployment)
                    return Refusal.NotFound(DeploymentsApi.NotFound);
                var slugs = deployment.Schedules.Select(schedule => schedule.Slug).Concat(wanted.Select(schedule => schedule.Slug)).OfType<string>();
                if (slugs.GroupBy(slug => slug).FirstOrDefault(group => group.Skip(1).Any()) is { } taken)
                    return Refusal.Conflict($"The deployment already has a schedule with the slug '{taken.Key}'.");
                List<DeploymentSchedule> added = [];
                foreach (var schedule in wanted)
                    added.Add(await schedules.InsertAsync(session, deployment.Id, schedule).ConfigureAwait(false));
                await runs.RenewAsync(session, deployment.Id).ConfigureAwait(false);
                return added;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<DeploymentScheduleUpdate>(http.RequestAborted).ConfigureAwait(false);
        var times = body.Schedule.Value is { ValueKind: JsonValueKind.Object } given ? ScheduleBodies.Checked(given, "body.schedule") : (JsonElement?)null;
        ScheduleBodies.Check(body.MaxScheduledRuns.Value, body.Parameters.Value, "body");
        var refusal = await database.WriteAsync(
            async session =>
            {
                if (await schedules.ReadAsync(session, http.Id(), http.Id("schedule_id")).ConfigureAwait(false) is not { } known)
                    return Refusal.NotFound("Schedule not found.");
                if (body.Slug.Value is { } slug && (await schedules.OfAsync(session, [http.Id()]).ConfigureAwait(false))[http.Id()].Any(s => s.Slug == slug && s.Id != known.Id))
                    return Refusal.Conflict($"The deployment already has a schedule with the slug '{slug}'.");
                await schedules.UpdateAsync(session, known with
                {
                    Schedule = times ?? known.Schedule,
                    Active = body.Active.Or(known.Active) ?? known.Active,
                    MaxScheduledRuns = body.MaxScheduledRuns.Or(known.MaxScheduledRuns),
                    Parameters = body.Parameters.Or(known.Parameters) ?? known.Parameters,
                    Slug = body.Slug.Or(known.Slug),
                    MaxActiveRuns = body.MaxActiveRuns.Or(known.MaxActiveRuns),
                    Catchup = body.Catchup.Or(known.Catchup) ?? known.Catchup,
                }).ConfigureAwait(false);
                await runs.RenewAsync(session, http.Id()).ConfigureAwait(false);
                return (Refusal?)null;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var refusal = await database.WriteAsync(
            async session =>
            {
                if (await schedules.ReadAsync(session, http.Id(), http.Id("schedule_id")).ConfigureAwait(false) is not { } known)
                    return Refusal.NotFound("Schedule not found.");
                await schedules.DeleteAsync(session, known.Id).ConfigureAwait(false);
                await runs.RenewAsync(session, http.Id()).ConfigureAwait(false);
                return (Refusal?)null;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }
}
