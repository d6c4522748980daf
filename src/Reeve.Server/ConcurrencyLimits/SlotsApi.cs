using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>
/// Taking and giving back slots of global limits, with leases and without. A full limit answers 423; with <c>Prefer: wait=N</c> the answer waits for a slot, and a slot that
/// is given back is handed on at once.
/// </summary>
internal sealed class SlotsApi(Database database, ConcurrencyLimitsStore limits, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/v2/concurrency_limits/increment", http => TakeAsync(http, withLease: false))
            .Says("Takes slots of all named limits, or of none. Full limits answer 423 with Retry-After; the header 'Prefer: wait=30' waits for them.")
            .Takes<SlotsTake>().Answers<List<TakenLimit>>().Answers(423);
        api.MapPost("/v2/concurrency_limits/increment-with-lease", http => TakeAsync(http, withLease: true))
            .Says("Takes slots that are freed by themselves unless their lease is renewed.").Takes<SlotsTake>().Answers<SlotLease>().Answers(423);
        api.MapPost("/v2/concurrency_limits/decrement", GiveBackAsync)
            .Says("Gives back slots that were taken without a lease.").Takes<SlotsGiveBack>().Answers<List<TakenLimit>>();
        api.MapPost("/v2/concurrency_limits/decrement-with-lease", EndLeaseAsync)
            .Says("Gives back the slots of a lease. One that lapsed holds none any more.").Takes<SlotLeaseEnd>().Answers(204);
        api.MapPost("/v2/concurrency_limits/leases/{lease_id}/renew", RenewAsync)
            .Says("Keeps the slots of a lease. A lease that lapsed answers 410.").Takes<SlotLeaseRenewal>(required: false).Answers(204, 410);
    }

    private async Task TakeAsync(HttpContext http, bool withLease)
    {
        var body = await http.Request.ReadWireAsync<SlotsTake>(http.RequestAborted).ConfigureAwait(false);
        LimitChecks.Check(body, withLease);
        TimeSpan? length = withLease ? TimeSpan.FromSeconds(body.LeaseDuration) : null;
        var wanted = withLease ? body : body with { Holder = null };
        var makes = MakesMissing(http, body.CreateIfMissing) && !withLease;
        var outcome = await TakeAsync(wanted, makes, length, clock.GetUtcNow() + ClaimsApi.WaitOf(http.Request), http.RequestAborted).ConfigureAwait(false);
        await (outcome switch
        {
            SlotTaking.Taken taken => withLease
                ? http.AnswerAsync(new SlotLease(taken.Lease, taken.Limits.ConvertAll(Minimal)))
                : http.AnswerAsync(taken.Limits.ConvertAll(Minimal)),
            SlotTaking.Full full => LockedAsync(http, "Locked", full.RetryAfterSeconds),
            SlotTaking.Refused refused => http.DoneAsync(refused.Refusal),
            _ => throw new InvalidOperationException($"No answer for {outcome}."),
        }).ConfigureAwait(false);
    }

    private async ValueTask<SlotTaking> TakeAsync(SlotsTake wanted, bool makesMissing, TimeSpan? length, DateTimeOffset deadline, CancellationToken cancellation)
    {
        var full = await TryAsync(wanted, makesMissing, length, cancellation).ConfigureAwait(false) is var first && first is SlotTaking.Full blocked ? blocked : null;
        if (full is null)
            return first;
        while (true)
        {
            var now = clock.GetUtcNow();
            if (now >= deadline || lifetime.ApplicationStopping.IsCancellationRequested)
                return full;
            // taken before the look, so that no signal between the look and the wait is missed
            var freed = Task.WhenAny(full.Limits.Select(limit => database.Wakeups.Next(ConcurrencySlots.Topic(limit.Id))));
            if (await database.ReadAsync(session => SlotTaking.HasRoomAsync(session, wanted, clock.Now()), cancellation).ConfigureAwait(false))
            {
                var again = await TryAsync(wanted, makesMissing, length, cancellation).ConfigureAwait(false);
                if (again is not SlotTaking.Full still)
                    return again;
                full = still; // somebody else was faster
                continue;
            }
            await WaitAsync(freed, Pause(full.Next, now, deadline), cancellation).ConfigureAwait(false);
        }
    }

    private ValueTask<SlotTaking> TryAsync(SlotsTake wanted, bool makesMissing, TimeSpan? length, CancellationToken cancellation) => database.WriteAsync(
        async session =>
        {
            // what is refused, or has to wait for another limit, makes nothing; and what is made lends nothing, for it is not active
            var taking = await SlotTaking.TryAsync(session, wanted, length, clock.Now()).ConfigureAwait(false);
            if (!makesMissing || taking is not SlotTaking.Taken taken)
                return taking;
            var made = await MakeMissingAsync(session, wanted.Names).ConfigureAwait(false);
            return taken with { Limits = [.. taken.Limits.Concat(made).OrderBy(limit => limit.Name, StringComparer.Ordinal)] };
        },
        cancellation);

    private async Task GiveBackAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SlotsGiveBack>(http.RequestAborted).ConfigureAwait(false);
        LimitChecks.Check(body);
        var found = await database.WriteAsync(
            async session =>
            {
                if (MakesMissing(http, body.CreateIfMissing))
                    await MakeMissingAsync(session, body.Names).ConfigureAwait(false);
                var now = clock.Now();
                var named = await ConcurrencySlots.LockAsync(session, [.. body.Names.Distinct(StringComparer.Ordinal)], now).ConfigureAwait(false);
                foreach (var limit in named.OrderBy(limit => limit.Id))
                    await ConcurrencySlots.ReleaseUnnamedAsync(session, limit, body.Slots, body.OccupancySeconds, now).ConfigureAwait(false);
                return named;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(found.ConvertAll(Minimal)).ConfigureAwait(false);
    }

    private async Task EndLeaseAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SlotLeaseEnd>(http.RequestAborted).ConfigureAwait(false);
        await database.WriteAsync(session => ConcurrencySlots.ReleaseAsync(session, body.LeaseId, clock.Now()), http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }

    private async Task RenewAsync(HttpContext http)
    {
        var lease = http.Id("lease_id");
        var body = await http.Request.ReadWireAsync<SlotLeaseRenewal>(http.RequestAborted).ConfigureAwait(false);
        LimitChecks.Check(body);
        var renewed = await database.WriteAsync(session => ConcurrencySlots.RenewAsync(session, lease, body.LeaseDuration, clock.Now()), http.RequestAborted).ConfigureAwait(false);
        await (renewed
            ? http.NoContentAsync()
            : http.ProblemAsync(StatusCodes.Status410Gone, $"The lease {lease} lapsed or was given back. Take the slots again.")).ConfigureAwait(false);
    }

    internal static Task LockedAsync(HttpContext http, string detail, double? retryAfterSeconds)
    {
        if (retryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return http.ProblemAsync(StatusCodes.Status423Locked, detail);
    }

    internal static TakenLimit Minimal(GlobalLimit limit) => new(limit.Id, limit.Name, limit.Limit);

    // 2.x clients expect their first use of a name to make it; 3.x clients that nothing is made
    private static bool MakesMissing(HttpContext http, bool? asked) => ClientLine.IsTwo(http.Request) && asked != false;

    private async ValueTask<List<GlobalLimit>> MakeMissingAsync(Session session, IReadOnlyList<string> names)
    {
        List<GlobalLimit> made = [];
        foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            if (await limits.ReadAsync(session, name).ConfigureAwait(false) is null)
                made.Add(await limits.AddAsync(session, new GlobalLimitCreate { Name = name, Limit = 1, Active = false }).ConfigureAwait(false));
        return made;
    }

    private static TimeSpan Pause(DateTimeOffset? next, DateTimeOffset now, DateTimeOffset deadline)
    {
        var pause = LongestPause;
        if (next - now is { } free && free < pause)
            pause = free;
        if (deadline - now < pause)
            pause = deadline - now;
        return pause > ShortestPause ? pause : ShortestPause;
    }

    // a server that stops does not keep anybody waiting
    private async Task WaitAsync(Task signal, TimeSpan pause, CancellationToken aborted)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        try
        {
            await database.Wakeups.WaitAsync(signal, pause, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            // the caller is told how things stand
        }
    }
}
