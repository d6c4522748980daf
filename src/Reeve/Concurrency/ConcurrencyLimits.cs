using System.Net;
using Reeve.Client;
using Reeve.Protocol.ConcurrencyLimits;

namespace Reeve;

/// <summary>Takes slots of global concurrency limits, which bound what happens at once, or how often, over all programs that ask the same server.</summary>
public static class ConcurrencyLimits
{
    private const int LongestWait = 30;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Waits for slots of a limit and holds them until the scope is disposed. See <see cref="AcquireAsync(IReadOnlyList{string}, int, TimeSpan?, bool, TimeSpan?, CancellationToken)"/>.</summary>
    /// <inheritdoc cref="AcquireAsync(IReadOnlyList{string}, int, TimeSpan?, bool, TimeSpan?, CancellationToken)"/>
    public static Task<SlotScope> AcquireAsync(
        string name, int slots = 1, TimeSpan? timeout = null, bool strict = false, TimeSpan? leaseDuration = null, CancellationToken ct = default) =>
        AcquireAsync([name], slots, timeout, strict, leaseDuration, ct);

    /// <summary>
    /// Waits for slots of all the named limits, or of none, and holds them until the scope is disposed. The slots are leased and the lease is renewed; when the program dies they
    /// become free by themselves. When the lease is lost, the scope's token is cancelled. The waiting ends with the run.
    /// </summary>
    /// <param name="names">The limits.</param>
    /// <param name="slots">How many slots of each; default 1.</param>
    /// <param name="timeout">How long to wait; null: for as long as it takes.</param>
    /// <param name="strict">False (default): a limit that is not there holds nothing back. True: it is an error.</param>
    /// <param name="leaseDuration">After what time without a renewal the slots are free, from one minute to a day; default one minute.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="TimeoutException">The slots were not free in time.</exception>
    /// <exception cref="InvalidOperationException">A limit is not there and <paramref name="strict"/> is true.</exception>
    /// <exception cref="ApiException">More slots were asked for than a limit has, or the API does not answer.</exception>
    public static async Task<SlotScope> AcquireAsync(
        IReadOnlyList<string> names, int slots = 1, TimeSpan? timeout = null, bool strict = false, TimeSpan? leaseDuration = null, CancellationToken ct = default)
    {
        Check(names, slots);
        var here = Surroundings.Current;
        var length = leaseDuration ?? TimeSpan.FromMinutes(1);
        if (length < TimeSpan.FromMinutes(1) || length > TimeSpan.FromDays(1))
            throw new ArgumentOutOfRangeException(nameof(leaseDuration), length, "A lease lasts from one minute to one day.");
        var wanted = new SlotsTake { Names = names, Slots = slots, LeaseDuration = length.TotalSeconds, Holder = Holder(here) };
        var scope = await WaitAsync(here, wanted, timeout, async (seconds, token) => await TakeAsync(here, wanted, seconds, token), ct);
        if (!strict || Missing(names, scope.Names) is not { Length: > 0 } missing)
            return scope;
        await scope.DisposeAsync();
        throw NotThere(missing);
    }

    /// <summary>Waits until slots of limits with a decay are free, and uses them up: they come back by themselves. The waiting ends with the run.</summary>
    /// <param name="name">The limit; its <c>slot_decay_per_second</c> is above 0.</param>
    /// <param name="slots">How many slots; default 1.</param>
    /// <param name="timeout">How long to wait; null: for as long as it takes.</param>
    /// <param name="strict">False (default): a limit that is not there holds nothing back. True: it is an error.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="TimeoutException">The slots were not free in time.</exception>
    /// <exception cref="InvalidOperationException">The limit is not there and <paramref name="strict"/> is true.</exception>
    /// <exception cref="ApiException">The limit has no decay or fewer slots, or the API does not answer.</exception>
    public static async Task RateLimitAsync(string name, int slots = 1, TimeSpan? timeout = null, bool strict = false, CancellationToken ct = default)
    {
        Check([name], slots);
        var here = Surroundings.Current;
        var wanted = new SlotsTake { Names = [name], Slots = slots, Mode = "rate_limit" };
        var taken = await WaitAsync(here, wanted, timeout, (seconds, token) => here.Client.TakeSlotsAsync(wanted, seconds, token), ct);
        if (strict && taken.Count == 0)
            throw NotThere(name);
    }

    private static async Task<SlotScope> TakeAsync(Surroundings here, SlotsTake wanted, int waitSeconds, CancellationToken ct)
    {
        try
        {
            var lease = await here.Client.TakeLeasedSlotsAsync(wanted, waitSeconds, ct);
            return new SlotScope(here, wanted, lease.LeaseId, [.. lease.Limits.Select(limit => limit.Name)]);
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            // An older server has slots without leases.
            var taken = await here.Client.TakeSlotsAsync(wanted, waitSeconds, ct);
            return new SlotScope(here, wanted, null, [.. taken.Select(limit => limit.Name)]);
        }
    }

    private static async Task<T> WaitAsync<T>(Surroundings here, SlotsTake wanted, TimeSpan? timeout, Func<int, CancellationToken, Task<T>> take, CancellationToken ct)
    {
        using var either = here.Linked(ct);
        var (start, pause, isTold) = (here.Time.GetTimestamp(), ShortestPause, false);
        while (true)
        {
            var asked = here.Time.GetTimestamp();
            var left = timeout - here.Time.GetElapsedTime(start);
            try
            {
                return await take(left is { } most ? (int)Math.Clamp(most.TotalSeconds, 0, LongestWait) : LongestWait, either.Token);
            }
            catch (ApiException e) when (e.Status == HttpStatusCode.Locked)
            {
                left = timeout - here.Time.GetElapsedTime(start);
                if (left is { Ticks: <= 0 })
                    throw new TimeoutException($"{wanted.Slots} slot(s) of {Quoted(wanted.Names)} did not become free within {timeout!.Value.TotalSeconds:0.###} second(s).");
            }

            if (!isTold)
                here.Logger?.Info($"Waiting for {wanted.Slots} slot(s) of {Quoted(wanted.Names)}");
            isTold = true;
            // A server that waits itself is asked again at once; one that answers at once is asked ever more seldom.
            pause = here.Time.GetElapsedTime(asked) >= TimeSpan.FromSeconds(1) ? ShortestPause : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2));
            await Task.Delay(left is { } rest && rest < pause ? rest : pause, here.Time, either.Token);
        }
    }

    private static SlotHolder? Holder(Surroundings here) => here switch
    {
        { TaskRunId: { } task } => new("task_run", task),
        { FlowRunId: { } flow } => new("flow_run", flow),
        _ => null,
    };

    private static void Check(IReadOnlyList<string> names, int slots)
    {
        if (names.Count == 0 || names.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("Name at least one limit.", nameof(names));
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
    }

    private static string Missing(IReadOnlyList<string> wanted, IReadOnlyList<string> found) => string.Join(", ", wanted.Except(found, StringComparer.Ordinal).Select(name => $"'{name}'"));

    private static string Quoted(IReadOnlyList<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static InvalidOperationException NotThere(string missing) =>
        new($"There is no concurrency limit {missing}. Make it with: gcl create NAME --limit N; or leave out strict.");
}
