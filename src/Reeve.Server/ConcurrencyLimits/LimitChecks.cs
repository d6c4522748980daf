using System.Globalization;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.Hosting;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>Checks the bodies of the limits' routes; every fault is told.</summary>
internal static class LimitChecks
{
    internal const double ShortestLease = 60;
    internal const double LongestLease = 86_400;

    private static readonly System.Buffers.SearchValues<char> Forbidden = System.Buffers.SearchValues.Create("/%&<>");

    internal static void Check(GlobalLimitCreate body)
    {
        List<Fault> faults = [];
        CheckName(faults, body.Name);
        AtLeast(faults, "limit", body.Limit, 0);
        AtLeast(faults, "active_slots", body.ActiveSlots, 0);
        AtLeast(faults, "denied_slots", body.DeniedSlots, 0);
        CheckDecay(faults, body.SlotDecayPerSecond);
        Throw(faults);
    }

    internal static void Check(GlobalLimitUpdate body)
    {
        List<Fault> faults = [];
        if (body.Name is { IsGiven: true, Value: { } name })
            CheckName(faults, name);
        AtLeast(faults, "limit", body.Limit.Value ?? 0, 0);
        AtLeast(faults, "active_slots", body.ActiveSlots.Value ?? 0, 0);
        AtLeast(faults, "denied_slots", body.DeniedSlots.Value ?? 0, 0);
        CheckDecay(faults, body.SlotDecayPerSecond.Value ?? 0);
        Throw(faults);
    }

    internal static void Check(SlotsTake body, bool withLease)
    {
        List<Fault> faults = [];
        AtLeast(faults, "slots", body.Slots, 1);
        CheckNames(faults, body.Names);
        if (body.Mode is not ("concurrency" or "rate_limit"))
            faults.Add(new(["body", "mode"], "Input should be 'concurrency' or 'rate_limit'", "literal_error"));
        if (withLease)
            CheckDuration(faults, body.LeaseDuration);
        if (withLease && body.Holder is { Type: not ("flow_run" or "task_run" or "deployment") })
            faults.Add(new(["body", "holder", "type"], "Input should be 'flow_run', 'task_run' or 'deployment'", "literal_error"));
        Throw(faults);
    }

    internal static void Check(SlotsGiveBack body)
    {
        List<Fault> faults = [];
        AtLeast(faults, "slots", body.Slots, 1);
        CheckNames(faults, body.Names);
        if (body.OccupancySeconds is { } seconds && !(seconds > 0 && double.IsFinite(seconds)))
            faults.Add(new(["body", "occupancy_seconds"], "Input should be greater than 0", "greater_than"));
        Throw(faults);
    }

    internal static void Check(SlotLeaseRenewal body)
    {
        List<Fault> faults = [];
        CheckDuration(faults, body.LeaseDuration);
        Throw(faults);
    }

    internal static void Check(TagLimitCreate body)
    {
        List<Fault> faults = [];
        if (body.Tag.Length == 0)
            faults.Add(new(["body", "tag"], "A limit needs a tag", "string_too_short"));
        AtLeast(faults, "concurrency_limit", body.ConcurrencyLimit, 0);
        Throw(faults);
    }

    private static void CheckName(List<Fault> faults, string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny(Forbidden))
            faults.Add(new(["body", "name"], "A limit needs a name without '/', '%', '&', '<' and '>'", "string_pattern_mismatch"));
    }

    private static void CheckNames(List<Fault> faults, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            faults.Add(new(["body", "names"], "List should have at least 1 item", "too_short"));
    }

    private static void CheckDecay(List<Fault> faults, double decay)
    {
        if (!(decay >= 0 && double.IsFinite(decay)))
            faults.Add(new(["body", "slot_decay_per_second"], "Input should be greater than or equal to 0", "greater_than_equal"));
    }

    private static void CheckDuration(List<Fault> faults, double seconds)
    {
        if (!(seconds is >= ShortestLease and <= LongestLease))
            faults.Add(new(["body", "lease_duration"], string.Create(CultureInfo.InvariantCulture, $"Input should be between {ShortestLease} and {LongestLease}"), "value_error"));
    }

    private static void AtLeast(List<Fault> faults, string field, int value, int least)
    {
        if (value < least)
            faults.Add(new(["body", field], string.Create(CultureInfo.InvariantCulture, $"Input should be greater than or equal to {least}"), "greater_than_equal"));
    }

    private static void Throw(List<Fault> faults)
    {
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }
}
