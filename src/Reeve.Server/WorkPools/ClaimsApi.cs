using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Reeve.Protocol;
using Reeve.Protocol.Leases;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary><c>/work_pools/{name}/claim</c>: hands out runs with leases, and waits for some where the caller asks it to.</summary>
internal sealed class ClaimsApi(Database database, WorkPoolsStore pools, WorkQueuesStore queues, DueRuns due, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    internal const int LongestWait = 60;
    private const int MostAtOnce = 1000;

    // signals only save waiting; a waiting worker also looks by itself, and is seen to be there
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // a slot becomes free with an event; this is for what no event tells of, such as a deleted run
    private static readonly TimeSpan PauseForSlot = TimeSpan.FromSeconds(1);

    internal void Map(IEndpointRouteBuilder api) => api.MapPost("/work_pools/{name}/claim", ClaimAsync);

    private async Task ClaimAsync(HttpContext http)
    {
        var name = http.Route("name");
        var claim = await http.Request.ReadWireAsync<Claim>(http.RequestAborted).ConfigureAwait(false);
        Check(claim);
        var deadline = clock.GetUtcNow() + WaitOf(http.Request);
        Guid? known = null;
        while (true)
        {
            // taken before the look, so that no signal between the look and the wait is missed
            var (scheduled, happened) = (database.Wakeups.Next(Orchestrator.ScheduledTopic), database.Wakeups.Next(Outbox.Topic));
            var changed = known is { } id ? database.Wakeups.Next(WorkSignals.Pool(id)) : null;
            var seen = await database.ReadAsync(session => LookAsync(session, name, claim), http.RequestAborted).ConfigureAwait(false);
            if (seen.Refusal is not null)
            {
                await http.DoneAsync(seen.Refusal).ConfigureAwait(false);
                return;
            }
            var (pool, look, queueIds) = seen.Value;
            await queues.NotePollAsync(database, queueIds, http.RequestAborted).ConfigureAwait(false);
            if (look.IsDue && await TakeAsync(name, claim, http.RequestAborted).ConfigureAwait(false) is { Count: > 0 } claimed)
            {
                await http.AnswerAsync(claimed).ConfigureAwait(false);
                return;
            }
            var now = clock.GetUtcNow();
            if (now >= deadline || lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await http.AnswerAsync<List<ClaimedFlowRun>>([]).ConfigureAwait(false);
                return;
            }
            if (changed is null)
            {
                // the pool's signals have its id, which the first look told: look once more with them at hand
                known = pool.Id;
                continue;
            }
            var signal = look.IsBlocked ? Task.WhenAny(scheduled, changed, happened) : Task.WhenAny(scheduled, changed);
            await WaitAsync(signal, Pause(look, claim, now, deadline), http.RequestAborted).ConfigureAwait(false);
        }
    }

    // a server that stops does not keep its workers waiting
    private async Task WaitAsync(Task signal, TimeSpan pause, CancellationToken aborted)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        try
        {
            await database.Wakeups.WaitAsync(signal, pause, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            // the caller is answered with what there is
        }
    }

    private async ValueTask<Outcome<(WorkPool Pool, DueRuns.Look Look, List<Guid> Queues)>> LookAsync(Session session, string name, Claim claim)
    {
        if (await pools.ReadAsync(session, name).ConfigureAwait(false) is not { } pool)
            return WorkPoolsStore.NotFound(name);
        var wanted = await WantedAsync(session, pool, claim).ConfigureAwait(false);
        return (pool, await due.LookAsync(session, pool, wanted, claim.PrefetchSeconds).ConfigureAwait(false), wanted.ConvertAll(q => q.Id));
    }

    private ValueTask<List<ClaimedFlowRun>> TakeAsync(string name, Claim claim, CancellationToken cancellation) => database.WriteAsync(
        async session => await pools.ReadAsync(session, name).ConfigureAwait(false) is { IsPaused: false } pool
            ? await due.ClaimAsync(session, pool, await WantedAsync(session, pool, claim).ConfigureAwait(false), claim).ConfigureAwait(false)
            : [],
        cancellation);

    private async ValueTask<List<DueRuns.Queue>> WantedAsync(Session session, WorkPool pool, Claim claim)
    {
        var all = await due.QueuesAsync(session, pool.Id).ConfigureAwait(false);
        return claim.WorkQueueNames is { Count: > 0 } names ? all.FindAll(q => names.Contains(q.Name)) : all;
    }

    private static TimeSpan Pause(DueRuns.Look look, Claim claim, DateTimeOffset now, DateTimeOffset deadline)
    {
        var pause = look.IsBlocked || look.IsDue ? PauseForSlot : LongestPause;
        if (look.Next is { } next)
            pause = Shorter(pause, next.AddSeconds(-claim.PrefetchSeconds) - now);
        return Shorter(pause, deadline - now) is { Ticks: > 0 } positive ? positive : TimeSpan.FromMilliseconds(1);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    internal static TimeSpan WaitOf(HttpRequest request)
    {
        foreach (var preference in request.Headers["Prefer"].SelectMany(header => (header ?? "").Split(',', ';')))
        {
            if (preference.Split('=') is [var key, var value] && key.Trim().Equals("wait", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
                return TimeSpan.FromSeconds(Math.Min(seconds, LongestWait));
        }
        return TimeSpan.Zero;
    }

    private static void Check(Claim claim)
    {
        List<Fault> faults = [];
        if (string.IsNullOrWhiteSpace(claim.WorkerName))
            faults.Add(new(["body", "worker_name"], "Field required", "missing"));
        if (claim.Limit is < 1 or > MostAtOnce)
            faults.Add(new(["body", "limit"], $"Input should be between 1 and {MostAtOnce}", "value_error"));
        if (claim.PrefetchSeconds is < 0 or > 3600)
            faults.Add(new(["body", "prefetch_seconds"], "Input should be between 0 and 3600", "value_error"));
        if (claim.LeaseSeconds is < FlowRuns.FlowRunLeases.Shortest or > FlowRuns.FlowRunLeases.Longest)
            faults.Add(new(["body", "lease_seconds"], $"Input should be between {FlowRuns.FlowRunLeases.Shortest} and {FlowRuns.FlowRunLeases.Longest}", "value_error"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
