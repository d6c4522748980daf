using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>The limit of a task run's tag, as the rules see it: with the leases through which this run already holds a slot.</summary>
internal sealed record TagSlot(string Tag, GlobalLimit Limit, List<Guid> Leases)
{
    internal bool IsHeld => Leases.Count > 0;

    internal bool IsFull => Limit.Active && !IsHeld && !ConcurrencySlots.HasRoom(Limit, 1);

    internal bool Deadlocks => Limit is { Active: true, Limit: 0 };
}

/// <summary>Slots of tag limits, held by task runs until they are given back.</summary>
internal static class TaskRunSlots
{
    internal static SlotHolder Holder(Guid taskRunId) => new("task_run", taskRunId);

    internal static string Deadlock(string tag) => $"""The concurrency limit on tag "{tag}" is 0 and will deadlock if the task tries to run again.""";

    /// <summary>The limits of these tags, locked until the transaction ends; tags without a limit are left out.</summary>
    internal static async ValueTask<List<TagSlot>> LockAsync(Session session, IEnumerable<string> tags, Guid taskRunId, DateTimeOffset now)
    {
        var names = tags.Select(tag => ConcurrencyLimitsStore.TagPrefix + tag).Distinct(StringComparer.Ordinal).ToArray();
        if (names.Length == 0)
            return [];
        var limits = await ConcurrencySlots.LockAsync(session, names, now).ConfigureAwait(false);
        if (limits.Count == 0)
            return [];
        var held = (await session.QueryAsync(
            $"select s.limit_id, s.lease_id from concurrency_lease l join concurrency_slot s on s.lease_id = l.id where l.holder_id = @run and l.holder_type = 'task_run' and {LimitRows.Live}",
            static row => (LimitId: row.Id(0), Lease: row.Id(1)), ("run", taskRunId), ("now", now)).ConfigureAwait(false)).ToLookup(slot => slot.LimitId, slot => slot.Lease);
        return limits.ConvertAll(limit => new TagSlot(limit.Name[ConcurrencyLimitsStore.TagPrefix.Length..], limit, [.. held[limit.Id]]));
    }

    /// <summary>Takes what the run does not hold yet.</summary>
    internal static async ValueTask TakeAsync(Session session, List<TagSlot> slots, Guid taskRunId, DateTimeOffset now, Guid? flowRunId = null)
    {
        var wanted = slots.FindAll(slot => slot.Limit.Active && !slot.IsHeld).ConvertAll(slot => slot.Limit);
        if (wanted.Count > 0)
            await ConcurrencySlots.TakeAsync(session, Ids.New(now), wanted, 1, Holder(taskRunId), flowRunId, null, now).ConfigureAwait(false);
    }
}
