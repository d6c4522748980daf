using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>Leases of flow runs: <c>/flow_runs/{id}/lease</c> and <c>/flow_runs/leases/renew</c>.</summary>
internal sealed class FlowRunLeasesApi(Database database, FlowRunsStore runs, TimeProvider clock)
{
    private const int MostAtOnce = 1000;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs/{id}/lease", AcquireAsync).Says("Takes the lease of a run that nobody holds.").Takes<LeaseAcquire>().Answers<Lease>(201).Answers(404, 409);
        api.MapPost("/flow_runs/leases/renew", RenewAsync).Says("Keeps leases alive; tells which are lost and which runs are to be cancelled.").Takes<LeaseRenewal>().Answers<LeaseRenewalResult>();
    }

    private async Task AcquireAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<LeaseAcquire>(http.RequestAborted).ConfigureAwait(false);
        CheckLength(body.LeaseSeconds);
        var (id, caller) = (http.Id(), http.Request.LeaseToken());
        var (found, lease, refused) = await database.WriteAsync(session => AcquireAsync(session, id, caller, body), http.RequestAborted).ConfigureAwait(false);
        await (lease is not null ? http.AnswerAsync(lease, StatusCodes.Status201Created)
            : found ? http.ConflictAsync(refused!)
            : http.NotFoundAsync("Flow run not found")).ConfigureAwait(false);
    }

    private async ValueTask<(bool Found, Lease? Lease, string? Refused)> AcquireAsync(Session session, Guid id, Guid? caller, LeaseAcquire body)
    {
        // the row is locked first: of two that ask at once, the second sees the first one's lease
        await session.LockAsync("flow_run", id).ConfigureAwait(false);
        if (await runs.ReadAsync(session, id).ConfigureAwait(false) is not { } run)
            return (false, null, null);
        if (run.StateType?.IsTerminal() == true)
            return (true, null, $"The flow run ended as {run.StateName}; nobody can work on it.");
        var (now, held) = (clock.Now(), await FlowRunLeases.ReadAsync(session, id).ConfigureAwait(false));
        // who holds the parent has the word over its subflows: one that a killed process left behind need not be waited for
        return held?.IsHeld(now) == true && !await FlowRunLeases.IsOfParentAsync(session, id, caller).ConfigureAwait(false)
            ? (true, null, $"Attempt {held.Attempt} ({held.Owner}) holds the flow run until {held.Expires:O} unless it renews.")
            : (true, await FlowRunLeases.GrantAsync(session, id, body.Owner, body.LeaseSeconds, now).ConfigureAwait(false), null);
    }

    private async Task RenewAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<LeaseRenewal>(http.RequestAborted).ConfigureAwait(false);
        CheckLength(body.LeaseSeconds);
        if (body.Leases.Count > MostAtOnce)
            throw new InvalidRequestException("body.leases", $"At most {MostAtOnce} leases can be renewed at once", "too_long");
        var result = await database.WriteAsync(session => FlowRunLeases.RenewAsync(session, body, clock.Now()), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(result).ConfigureAwait(false);
    }

    private static void CheckLength(int seconds)
    {
        if (seconds is < FlowRunLeases.Shortest or > FlowRunLeases.Longest)
            throw new InvalidRequestException("body.lease_seconds", $"Input should be between {FlowRunLeases.Shortest} and {FlowRunLeases.Longest}", "value_error");
    }
}
