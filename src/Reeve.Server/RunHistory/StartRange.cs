using Reeve.Protocol.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.RunHistory;

/// <summary>Bounds of the time at which task runs began, both included, as the kept sums know them: whole slots, and what the bounds cut.</summary>
internal sealed record StartRange(DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>The bounds of a filter, if it asks for nothing but the state and the time of the start; null where the sums do not know what it asks for.</summary>
    internal static StartRange? Of(TaskRunFilter? filter)
    {
        if (filter?.StartTime is not { } start || start == new RangeFilter<DateTimeOffset>())
            return RunHistoryStore.IsByState(filter is null ? null : filter with { StartTime = null }) ? new(null, null) : null;
        var from = start.After ?? start.AtLeast;
        return filter with { State = null, StartTime = null, Operator = null } == new TaskRunFilter() && filter is not { Operator: "or_", State: not null }
            && start.IsNull is null && from > DateTimeOffset.UnixEpoch.AddDays(1) // runs without a start stand in the slot of 1970
            ? new(from, start.Before ?? start.AtMost)
            : null;
    }

    /// <summary>The slots that the bounds cut.</summary>
    internal List<DateTimeOffset> Ends()
    {
        HashSet<long> slots = [];
        if (From is { } from && Instant.ToMicroseconds(from) % RunSums.Slot != 0)
            slots.Add(RunSums.SlotOf(Instant.ToMicroseconds(from)));
        if (To is { } to && (Instant.ToMicroseconds(to) + 1) % RunSums.Slot != 0)
            slots.Add(RunSums.SlotOf(Instant.ToMicroseconds(to)));
        return [.. slots.Order().Select(Instant.FromMicroseconds)];
    }

    /// <summary>The sums of the slots within the bounds; null without bounds.</summary>
    internal string? Within(Conditions on) => Conditions.Join(
        null,
        From is { } from ? $"s.start_slot >= @{on.Bind(from)}" : null,
        To is { } to ? $"{on.Dialect.Later("s.start_slot", RunSums.Slot - 1)} <= @{on.Bind(to)}" : null);
}
