namespace Reeve.Protocol.Schedules;

/// <summary>One or more recurrence rules, extra times and left-out times, on the wall clock of a zone.</summary>
internal sealed class RecurrenceFireTimes : FireTimes
{
    private readonly List<RecurrenceSequence> sequences;
    private readonly List<DateTimeOffset> added;
    private readonly HashSet<DateTimeOffset> removed;

    private RecurrenceFireTimes(RecurrenceParser.Lines lines, TimeZoneInfo zone)
    {
        Zone = zone;
        sequences = [.. lines.Rules.Select(rule => new RecurrenceSequence(rule, zone))];
        added = [.. lines.Added.Select(wall => WallClock.ToInstant(wall, zone)).Order()];
        removed = [.. lines.Removed.Select(wall => WallClock.ToInstant(wall, zone))];
    }

    public override string Kind => "RRuleSchedule";

    public override TimeZoneInfo Zone { get; }

    /// <summary>The schedule's zone wins over one that DTSTART names: its digits are then read on the schedule's clock, as clients of this system expect.</summary>
    internal static RecurrenceFireTimes Parse(string text, string? timezone)
    {
        var lines = RecurrenceParser.Parse(text);
        return new(lines, WallClock.FindZone(string.IsNullOrEmpty(timezone) ? lines.ZoneName : timezone));
    }

    public override IEnumerable<DateTimeOffset> From(DateTimeOffset start)
    {
        var merged = new PriorityQueue<IEnumerator<DateTimeOffset>, DateTimeOffset>();
        foreach (var source in sequences.Select(s => s.From(start)).Append(added.Where(moment => moment >= start)))
        {
            var next = source.GetEnumerator();
            if (next.MoveNext())
                merged.Enqueue(next, next.Current);
        }
        DateTimeOffset? last = null;
        while (merged.TryDequeue(out var next, out var moment))
        {
            if (next.MoveNext())
                merged.Enqueue(next, next.Current);
            if (moment != last && !removed.Contains(moment))
                yield return moment;
            last = moment;
        }
    }
}
