using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>The events' SQL.</summary>
internal sealed class EventsStore(Orchestrator orchestrator, TimeProvider clock)
{
    // what is looked through for one answer; a narrower time window looks further
    private const int MostScanned = 50_000;

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
        $"""select e.tx, e."offset" from event e where {session.Dialect.SettledEvents("e")} order by e.tx desc, e."offset" desc limit 1""",
        static row => new EventPosition(row.Long(0), row.Long(1)));

    /// <summary>What was committed after a position, in order.</summary>
    internal ValueTask<List<(EventPosition At, byte[] Body)>> AfterAsync(Session session, EventPosition position, int most) => session.QueryAsync(
        $"""
        select e.tx, e."offset", e.body from event e
        where (e.tx, e."offset") > (@tx, @at) and {session.Dialect.SettledEvents("e")} order by e.tx, e."offset" limit @most
        """,
        static row => (new EventPosition(row.Long(0), row.Long(1)), row.Utf8(2)),
        ("tx", position.Transaction), ("at", position.Offset), ("most", most));

    /// <summary>Events that meet a filter, with how many there are in all; newest first unless the filter says otherwise.</summary>
    internal async ValueTask<(List<Event> Page, int Total)> FilterAsync(Session session, EventFilter filter, int skip, int take, EventPosition? until = null)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(
            filter.Occurred?.Since is { } since ? $"e.occurred >= @{on.Bind(since)}" : null,
            filter.Occurred?.Until is { } last ? $"e.occurred <= @{on.Bind(last)}" : null,
            filter.Event?.Name is { Count: > 0 } names ? on.Dialect.AnyText("e.name", on.Bind(names.ToArray())) : null,
            filter.Resource?.Id is { Count: > 0 } ids ? on.Dialect.AnyText("e.resource_id", on.Bind(ids.ToArray())) : null,
            filter.Id?.Id is { Count: > 0 } eventIds ? on.Dialect.AnyId("e.id", on.Bind(eventIds.ToArray())) : null,
            until is { } end ? $"""(e.tx, e."offset") <= (@{on.Bind(end.Transaction)}, @{on.Bind(end.Offset)})""" : null);
        var order = filter.Order == "ASC" ? "asc" : "desc";
        var candidates = await session.QueryAsync(
            $"""select e.body from event e {where} order by e.occurred {order}, e."offset" {order} limit {MostScanned}""",
            row =>
            {
                var happened = row.Json<Event>(0);
                return filter.Matches(happened) ? happened : null;
            },
            on.Parameters).ConfigureAwait(false);
        var matching = candidates.OfType<Event>().ToList();
        return (matching.Skip(skip).Take(take).ToList(), matching.Count);
    }
}
