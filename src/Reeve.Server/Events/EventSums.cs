using Reeve.Server.RunHistory;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>
/// The kept counts of events by name and five minutes. They reach as far as the follower that keeps them; what came later, and what a bound cuts, is counted one by one, so
/// that an answer never depends on how far it is.
/// </summary>
internal static class EventSums
{
    /// <summary>The filter asks for nothing but times and names, which the sums know.</summary>
    internal static bool Know(EventFilter filter) =>
        filter is { Related: null or [], AnyResource: null or [], Occurred: { Since: { } since, Until: { } until } } && since > DateTimeOffset.UnixEpoch && until > since
        && filter with { Occurred = null, Event = null, Related = null, AnyResource = null, Order = null } == new EventFilter();

    /// <summary>
    /// A table under the alias <c>c</c> with a row of <c>value</c>, <c>events</c>, <c>earliest</c> and <c>latest</c> for each part; <paramref name="value"/> makes the value of an
    /// event from its time and its name.
    /// </summary>
    internal static string Parts(Conditions on, EventFilter filter, Func<string, string, string> value)
    {
        var (dialect, sql) = (on.Dialect, EventSql.Of(on.Dialect));
        var names = new EventCriteria(on, filter with { Occurred = null });
        var (since, until) = (filter.Occurred!.Since!.Value, filter.Occurred.Until!.Value);
        var (from, to) = (on.Bind(since), on.Bind(until));
        string Within(string time) => $"{time} >= @{from} and {time} <= @{to}";
        var whole = new StartRange(since, until).Within(on, "e.slot");
        var ends = new StartRange(since, until).Ends();
        var times = on.Bind(dialect.Times(ends));
        var one = $"select {value("e.occurred", "e.name")} as value, count(*) as events, min(e.occurred) as earliest, max(e.occurred) as latest";
        var later = $"""(select t.occurred, t.name from event t where {sql.NotIndexed}) e""";
        return $"""
            (select {value("e.slot", "e.name")} as value, sum(e.events) as events, min(e.earliest) as earliest, max(e.latest) as latest
                from event_sum e {Conditions.Where(names.All(), whole, "e.events > 0")} group by 1
            union all {one} from {dialect.InSlots("event", "e", "occurred", times, RunSums.Slot)} {Conditions.Where(names.All(), Within(dialect.Unindexed("e.occurred")))} group by 1
            union all {one} from {later} {Conditions.Where(names.All(), Within(dialect.Unindexed("e.occurred")), $"{dialect.SlotOf("e.occurred", RunSums.Slot)} not in (select at from {dialect.TimesOf(times)} cut)")} group by 1) c
            """;
    }

    /// <summary>Adds events that the follower passes.</summary>
    internal static void Add(Session session, IEnumerable<(DateTimeOffset Occurred, string Name)> events)
    {
        foreach (var sum in events.GroupBy(e => (Slot: RunSums.SlotOf(Instant.ToMicroseconds(e.Occurred)), e.Name)))
        {
            session.Post(
                """
                insert into event_sum (slot, name, events, earliest, latest) values (@slot, @name, @events, @earliest, @latest)
                on conflict (slot, name) do update set events = event_sum.events + excluded.events,
                    earliest = case when excluded.earliest < event_sum.earliest or event_sum.events = 0 then excluded.earliest else event_sum.earliest end,
                    latest = case when excluded.latest > event_sum.latest or event_sum.events = 0 then excluded.latest else event_sum.latest end
                """,
                ("slot", Instant.FromMicroseconds(sum.Key.Slot)), ("name", sum.Key.Name), ("events", (long)sum.Count()), ("earliest", sum.Min(e => e.Occurred)), ("latest", sum.Max(e => e.Occurred)));
        }
    }
}
