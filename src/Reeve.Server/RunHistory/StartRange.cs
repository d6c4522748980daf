using Reeve.Protocol.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.RunHistory;

/// <summary>Bounds of a time that the kept sums know, both included: whole slots, and what the bounds cut. Task runs are bounded by their start, flow runs by their expected one.</summary>
internal sealed record StartRange(DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>The bounds of a filter, if it asks for nothing but the state and the time of the start; null where the sums do not know what it asks for.</summary>
    internal static StartRange? Of(TaskRunFilter? filter)
    {
        if (filter?.StartTime is not { } start || start == new RangeFilter<DateTimeOffset>())
            return RunHistoryStore.IsByState(filter is null ? null : filter with { StartTime = null }) ? new(null, null) : null;
        var from = start.After ?? start.AtLeast;
        return filter with { State = null, StartTime = null, Operator = null } == new TaskRunFilter() && filter is not { Operator: "or_", State: not null }
            && start.IsNull is null && AreOfRuns(from, start.Before ?? start.AtMost)
            ? new(from, start.Before ?? start.AtMost)
            : null;
    }

    /// <summary>The same of flow runs and the time at which they were expected to start.</summary>
    internal static StartRange? Of(FlowRunFilter? filter)
    {
        if (filter?.ExpectedStartTime is not { } expected || filter with { State = null, ExpectedStartTime = null, Operator = null } != new FlowRunFilter())
            return null;
        var (from, to) = (expected.After ?? expected.AtLeast, expected.Before ?? expected.AtMost);
        return filter is not { Operator: "or_", State: not null } && expected.IsNull is null && AreOfRuns(from, to) ? new(from, to) : null;
    }

    // task runs without a start stand in the slot of 1970
    private static bool AreOfRuns(DateTimeOffset? from, DateTimeOffset? to) => from > DateTimeOffset.UnixEpoch.AddDays(1) && (to is null || to > DateTimeOffset.UnixEpoch);

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

    /// <summary>A time lies within the bounds; null without bounds.</summary>
    internal string? Holds(Conditions on, string time) => Conditions.Join(
        null, From is { } from ? $"{time} >= @{on.Bind(from)}" : null, To is { } to ? $"{time} <= @{on.Bind(to)}" : null);

    /// <summary>The sums of the slots within the bounds; null without bounds.</summary>
    internal string? Within(Conditions on, string slot = "s.start_slot") => Conditions.Join(
        null,
        From is { } from ? $"{slot} >= @{on.Bind(from)}" : null,
        To is { } to ? $"{slot} <= @{on.Bind(to.AddTicks(-(RunSums.Slot - 1) * TimeSpan.TicksPerMicrosecond))}" : null);
}
