using Microsoft.AspNetCore.Http;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>What became of a wish for slots of some limits.</summary>
internal abstract record SlotTaking
{
    private SlotTaking()
    {
    }

    internal sealed record Taken(Guid Lease, List<GlobalLimit> Limits) : SlotTaking;

    /// <summary>At least one limit is full. Next: when something becomes free by itself, if anything does.</summary>
    internal sealed record Full(List<GlobalLimit> Limits, double RetryAfterSeconds, DateTimeOffset? Next) : SlotTaking;

    /// <summary>It cannot be had however long one waits.</summary>
    internal sealed record Refused(Refusal Refusal) : SlotTaking;

    /// <summary>Takes slots of all the limits, or of none. Limits that are not there, or not active, hold nothing back.</summary>
    internal static async ValueTask<SlotTaking> TryAsync(Session session, SlotsTake wanted, TimeSpan? length, DateTimeOffset now)
    {
        var limits = await ConcurrencySlots.LockAsync(session, [.. wanted.Names.Distinct(StringComparer.Ordinal)], now).ConfigureAwait(false);
        if (Judge(limits, wanted) is { } refusal)
            return new Refused(refusal);
        if (limits.TrueForAll(limit => ConcurrencySlots.HasRoom(limit, wanted.Slots)))
            return new Taken(await ConcurrencySlots.TakeAsync(session, limits, wanted.Slots, wanted.Holder, now + length, now).ConfigureAwait(false), limits);
        return await FullAsync(session, limits, wanted.Slots, now).ConfigureAwait(false);
    }

    /// <summary>Whether it is worth trying, without taking or locking anything.</summary>
    internal static async ValueTask<bool> HasRoomAsync(Session session, SlotsTake wanted, DateTimeOffset now) =>
        (await LimitRows.QueryAsync(session, $"where {session.Dialect.AnyText("c.name", "names")}", now, ("names", wanted.Names.ToArray())).ConfigureAwait(false))
        .TrueForAll(limit => ConcurrencySlots.HasRoom(limit, wanted.Slots));

    private static Refusal? Judge(List<GlobalLimit> limits, SlotsTake wanted)
    {
        var active = limits.FindAll(limit => limit.Active);
        if (active.Exists(limit => limit.Limit < wanted.Slots))
            return new(StatusCodes.Status422UnprocessableEntity, "Slots requested is greater than the limit");
        var steady = active.FindAll(limit => limit.SlotDecayPerSecond <= 0);
        return wanted.Mode == "rate_limit" && steady.Count > 0
            ? new(
                StatusCodes.Status422UnprocessableEntity,
                $"Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: {string.Join(", ", steady.Select(limit => $"'{limit.Name}'"))}")
            : null;
    }

    private static async ValueTask<Full> FullAsync(Session session, List<GlobalLimit> limits, int slots, DateTimeOffset now)
    {
        var full = limits.FindAll(limit => !ConcurrencySlots.HasRoom(limit, slots));
        var next = await session.QueryFirstAsync(
            $"""
            select min(l.expires) from concurrency_lease l join concurrency_slot s on s.lease_id = l.id
            where l.expires > @now and {session.Dialect.AnyId("s.limit_id", "limits")}
            """,
            static row => row.TimeOrNull(0), ("now", now), ("limits", full.ConvertAll(limit => limit.Id))).ConfigureAwait(false);
        foreach (var limit in full.Where(limit => limit.SlotDecayPerSecond > 0))
        {
            var drained = now.AddSeconds(Drains(limit, slots));
            next = next is null || drained < next ? drained : next;
        }
        // spread, so that those who were refused together do not come back together
        return new(full, full.Max(limit => SecondsToWait(limit, slots)) * (0.75 + (Random.Shared.NextDouble() / 2)), next);
    }

    private static double SecondsToWait(GlobalLimit limit, int slots) => limit.SlotDecayPerSecond > 0
        ? Drains(limit, slots)
        : Math.Max(limit.AvgSlotOccupancySeconds, ConcurrencySlots.ShortestOccupancy) * (slots + limit.DeniedSlots) / Math.Max(limit.Limit, 1);

    private static double Drains(GlobalLimit limit, int slots) => (limit.ActiveSlots + (double)slots - limit.Limit) / limit.SlotDecayPerSecond;
}
