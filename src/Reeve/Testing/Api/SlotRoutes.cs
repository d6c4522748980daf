using Reeve.Protocol.ConcurrencyLimits;

namespace Reeve.Testing.Api;

/// <summary>Slots of global concurrency limits. An unknown name limits nothing, as on the server.</summary>
internal static class SlotRoutes
{
    // A full limit: when to ask again. The server reckons it from how long slots are held; here the time is virtual and the number is as good.
    private const string RetrySeconds = "1";

    public static void Add(RouteTable routes, MemoryStore store)
    {
        routes.Add("POST v2/concurrency_limits/increment", call => store.Read(_ => Take(store, call.Read<SlotsTake>(), null)));
        routes.Add("POST v2/concurrency_limits/increment-with-lease", call => store.Read(_ => Take(store, call.Read<SlotsTake>(), store.NewId())));
        routes.Add("POST v2/concurrency_limits/decrement", call => store.Read(_ =>
        {
            var back = call.Read<SlotsGiveBack>();
            var limits = Known(store, back.Names);
            limits.ForEach(limit => limit.Taken = Math.Max(0, limit.Taken - back.Slots));
            return MemoryReply.Ok(limits.ConvertAll(limit => limit.AsTaken()));
        }));
        routes.Add("POST v2/concurrency_limits/decrement-with-lease", call => store.Read(_ =>
        {
            var ended = call.Read<SlotLeaseEnd>().LeaseId;
            foreach (var limit in store.Limits.Values)
                limit.Held.Remove(ended);
            return MemoryReply.Nothing;
        }));
        routes.Add("POST v2/concurrency_limits/leases/*/renew", call => store.Read(_ =>
            store.Limits.Values.Any(limit => limit.Held.ContainsKey(call.Id)) ? MemoryReply.Nothing : MemoryReply.Problem(410, "Lease not found or expired")));
    }

    private static MemoryReply Take(MemoryStore store, SlotsTake take, Guid? lease)
    {
        var limits = Known(store, take.Names);
        if (limits.Exists(limit => limit.Free < take.Slots))
            return MemoryReply.Problem(423, "The concurrency limit is reached.") with { RetryAfter = RetrySeconds };
        foreach (var limit in limits)
        {
            if (lease is { } id)
                limit.Held[id] = take.Slots;
            else
                limit.Taken += take.Slots;
        }

        var taken = limits.ConvertAll(limit => limit.AsTaken());
        return lease is { } made ? MemoryReply.Ok(new SlotLease(made, taken)) : MemoryReply.Ok(taken);
    }

    private static List<MemoryLimit> Known(MemoryStore store, IReadOnlyList<string> names) => [.. names.Distinct().Select(store.Limits.GetValueOrDefault).OfType<MemoryLimit>()];
}
