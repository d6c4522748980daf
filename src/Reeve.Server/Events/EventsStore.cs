using System.Globalization;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>The events' SQL.</summary>
internal sealed class EventsStore(Orchestrator orchestrator, TimeProvider clock)
{
    /// <summary>Stores what clients tell, each event once. Task runs they speak of are recorded with it.</summary>
    internal async ValueTask ReceiveAsync(Session session, IReadOnlyList<Event> events)
    {
        var now = clock.Now();
        foreach (var happened in events)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(happened with { Received = now }, WireJson.TypeInfo<Event>());
            var added = new OutboxEvent(happened.Id, happened.Occurred, now, happened.Name, happened.Resource.GetValueOrDefault(EventMatcher.ResourceId, ""), body);
            if (await Outbox.AddAsync(session, added).ConfigureAwait(false) && ClientTaskRun.Speaks(happened))
                await orchestrator.RecordTaskRunAsync(session, happened).ConfigureAwait(false);
        }
    }

    /// <summary>The end of what is settled.</summary>
    internal ValueTask<EventPosition> EndAsync(Session session) => session.QueryFirstAsync(
        $"""select e.tx, e."offset" from event e where {session.Dialect.SettledEvents("e")} order by {EventSql.Of(session.Dialect).InOrder("e", "desc")} limit 1""",
        static row => new EventPosition(row.Long(0), row.Long(1)));

    /// <summary>What was committed after a position, in order.</summary>
    internal ValueTask<List<(EventPosition At, byte[] Body)>> AfterAsync(Session session, EventPosition position, int most)
    {
        var (on, sql) = (new Conditions(session.Dialect), EventSql.Of(session.Dialect));
        return session.QueryAsync(
            $"""
            select e.tx, e."offset", e.body from event e
            where {sql.After(on, "e", position)} and {session.Dialect.SettledEvents("e")} order by {sql.InOrder("e")} limit @{on.Bind(most)}
            """,
            static row => (new EventPosition(row.Long(0), row.Long(1)), row.Utf8(2)),
            on.Parameters);
    }

    /// <summary>One page of the events that meet a filter, and how many there are in all.</summary>
    internal async ValueTask<(List<Event> Page, int Total)> FilterAsync(Session session, EventFilter filter, int skip, int take)
    {
        var counted = new Conditions(session.Dialect);
        var what = filter.Resource?.Distinct == true ? "count(distinct e.resource_id)" : "count(*)";
        var total = await session.ScalarAsync($"select {what} from event e {Where(counted, filter)}", counted.Parameters).ConfigureAwait(false);
        return (take == 0 || total <= skip ? [] : await PageAsync(session, filter, skip, take).ConfigureAwait(false), (int)Math.Min(total, int.MaxValue));
    }

    /// <summary>Events up to a position that meet a filter, oldest first, after the last one of the page before; for followers, who read all of them.</summary>
    internal ValueTask<List<(DateTimeOffset Occurred, long Offset, byte[] Body)>> UntilAsync(
        Session session, EventFilter filter, EventPosition end, (DateTimeOffset Occurred, long Offset)? last, int most)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(
            new EventCriteria(on, filter).All(),
            EventSql.Of(session.Dialect).UpTo(on, "e", end),
            last is { } reached ? $"""(e.occurred, e."offset") > (@{on.Bind(reached.Occurred)}, @{on.Bind(reached.Offset)})""" : null);
        return session.QueryAsync(
            $"""select e.occurred, e."offset", e.body from event e {where} order by e.occurred, e."offset" limit @{on.Bind(most)}""",
            static row => (row.Time(0), row.Long(1), row.Utf8(2)),
            on.Parameters);
    }

    // the page is cut from the places alone; only its rows are read whole
    private static ValueTask<List<Event>> PageAsync(Session session, EventFilter filter, int skip, int take)
    {
        var on = new Conditions(session.Dialect);
        var order = filter.Order == EventOrder.Asc ? "asc" : "desc";
        var page = string.Create(CultureInfo.InvariantCulture, $"limit {take} offset {skip}");
        var places = filter.Resource?.Distinct == true
            ? $"""
               select d."offset" from (select e."offset", e.occurred, row_number() over (partition by e.resource_id order by e.occurred {order}, e."offset" {order}) as place from event e {Where(on, filter)}) d
               where d.place = 1 order by d.occurred {order}, d."offset" {order} {page}
               """
            : $"""select e."offset" from event e {Where(on, filter)} order by e.occurred {order}, e."offset" {order} {page}""";
        return session.QueryAsync(
            $"""select p.body from event p where p."offset" in ({places}) order by p.occurred {order}, p."offset" {order}""", static row => row.Json<Event>(0), on.Parameters);
    }

    private static string Where(Conditions on, EventFilter filter) => Conditions.Where(new EventCriteria(on, filter).All());
}
