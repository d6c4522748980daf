using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Protocol.Json;
using Reeve.Server.Hosting;
using Reeve.Server.RunHistory;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>Counts events by time, name or resource.</summary>
internal sealed class EventCounts(TimeProvider clock)
{
    private const int MostSpans = 1000;
    // the values of a group that has a member for each event would be no overview; the largest are told
    private const int MostGroups = 1000;
    private const double ShortestInterval = 0.01;
    private static readonly TimeSpan Usual = TimeSpan.FromDays(180);
    // spans of time are counted from here, so that two queries with other bounds have the same ones
    private static readonly DateTimeOffset Pivot = new(2024, 4, 1, 0, 0, 0, TimeSpan.Zero);

    internal ValueTask<List<EventCount>> CountAsync(Session session, string countable, EventCountQuery query)
    {
        var now = clock.Now();
        var (since, until) = (query.Filter.Occurred?.Since ?? new DateTimeOffset(now.Date, TimeSpan.Zero) - Usual, query.Filter.Occurred?.Until ?? now);
        var filter = query.Filter with { Occurred = new(since, until) };
        return countable switch
        {
            "day" => ByTimeAsync(session, filter, Spans.Of(EventTimeUnit.Day, 1, since, until, now)),
            "time" => ByTimeAsync(session, filter, Spans.Of(query.TimeUnit, query.TimeInterval, since, until, now)),
            "event" when EventSums.Know(filter) => ByNameAsync(session, filter),
            "event" => ByValueAsync(session, filter, "e.name", "e.name"),
            "resource" => ByValueAsync(session, filter, "e.resource_id", EventSql.Of(session.Dialect).ResourceLabel),
            _ => throw new InvalidRequestException("path.countable", "Input should be 'day', 'time', 'event' or 'resource'", "enum"),
        };
    }

    private static async ValueTask<List<EventCount>> ByTimeAsync(Session session, EventFilter filter, Spans spans)
    {
        var on = new Conditions(session.Dialect);
        var (first, width) = (on.Bind(spans.First), on.Bind((long)(spans.Width.Ticks / TimeSpan.TicksPerMicrosecond)));
        string Span(string time) => EventSql.Of(session.Dialect).Spans(time, first, width);
        var sql = EventSums.Know(filter) && spans.AreOfSlots
            ? $"select c.value, cast(sum(c.events) as bigint) from {EventSums.Parts(on, filter, (time, _) => Span(time))} group by c.value"
            : $"select {Span("e.occurred")}, count(*) from event e {Conditions.Where(new EventCriteria(on, filter).All())} group by 1";
        var counted = await session.QueryAsync(
            sql, static row => (At: row.Long(0), Count: row.Long(1)), on.Parameters).ConfigureAwait(false);
        var counts = counted.ToDictionary(span => span.At, span => span.Count);
        return
        [
            .. Enumerable.Range(0, spans.Count).Select(i =>
            {
                var start = spans.First + (spans.Width * i);
                return new EventCount(i.ToString(CultureInfo.InvariantCulture), WireTimeConverter.ToText(start), counts.GetValueOrDefault(i), start, start + spans.Width - TimeSpan.FromMicroseconds(1));
            }),
        ];
    }

    private static ValueTask<List<EventCount>> ByNameAsync(Session session, EventFilter filter)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync(
            $"""
            select c.value, cast(sum(c.events) as bigint) as events, min(c.earliest), max(c.latest)
            from {EventSums.Parts(on, filter, (_, name) => name)} group by c.value order by 2 desc, 1 limit {MostGroups}
            """,
            static row => new EventCount(row.Text(0), row.Text(0), row.Long(1), row.Time(2), row.Time(3)),
            on.Parameters);
    }

    private static ValueTask<List<EventCount>> ByValueAsync(Session session, EventFilter filter, string value, string label)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync(
            $"""
            select {value}, {EventSql.Of(session.Dialect).Latest(label)}, count(*), min(e.occurred), max(e.occurred)
            from event e {Conditions.Where(new EventCriteria(on, filter).All())} group by {value} order by 3 desc, 2, 1 limit {MostGroups}
            """,
            static row => new EventCount(row.Text(0), row.Text(1), row.Long(2), row.Time(3), row.Time(4)),
            on.Parameters);
    }

    /// <summary>Equal spans of time, from the one that holds the begin to the one that holds the end.</summary>
    private sealed record Spans(DateTimeOffset First, TimeSpan Width, int Count)
    {
        /// <summary>No slot of the kept sums is cut by the end of a span.</summary>
        internal bool AreOfSlots => Width.Ticks % (RunSums.Slot * TimeSpan.TicksPerMicrosecond) == 0 && Instant.ToMicroseconds(First) % RunSums.Slot == 0;

        internal static Spans Of(EventTimeUnit unit, double interval, DateTimeOffset since, DateTimeOffset until, DateTimeOffset now)
        {
            if (!(interval >= ShortestInterval))
                throw new InvalidRequestException("body.time_interval", "Input should be greater than or equal to 0.01", "greater_than_equal");
            var seconds = interval * Seconds(unit);
            var buckets = Math.Ceiling((until - since).TotalSeconds / seconds);
            if (buckets > MostSpans)
                throw new InvalidRequestException("body.time_interval", string.Create(CultureInfo.InvariantCulture,
                    $"The given interval would create {buckets:F0} buckets, which is too many. Ask for a larger interval or a shorter range, for at most {MostSpans}."));
            if (seconds > TimeSpan.FromDays(36500).TotalSeconds)
                throw new InvalidRequestException("body.time_interval", "The interval is longer than a century.");
            var width = TimeSpan.FromMicroseconds(Math.Round(seconds * 1_000_000));
            var first = Pivot + (width * Math.Floor((since - Pivot) / width));
            var end = until > now ? EndOf(unit, now) : until;
            return new(first, width, Math.Max(0, (int)Math.Ceiling((end - first) / width)));
        }

        // what is still to come has no events: an open end is the end of the present unit
        private static DateTimeOffset EndOf(EventTimeUnit unit, DateTimeOffset now)
        {
            var width = TimeSpan.FromSeconds(Seconds(unit));
            return Pivot + (width * (Math.Floor((now - Pivot) / width) + 1));
        }

        private static double Seconds(EventTimeUnit unit) => unit switch
        {
            EventTimeUnit.Week => 7 * 86400,
            EventTimeUnit.Day => 86400,
            EventTimeUnit.Hour => 3600,
            EventTimeUnit.Minute => 60,
            _ => 1,
        };
    }
}

/// <summary>The body of <c>POST /events/count-by/…</c>.</summary>
internal sealed record EventCountQuery
{
    public required EventFilter Filter { get; init; }

    public EventTimeUnit TimeUnit { get; set; } = EventTimeUnit.Day;

    public double TimeInterval { get; set; } = 1;
}

/// <summary>How many events have a value, or fell into a span of time.</summary>
internal sealed record EventCount(string Value, string Label, long Count, DateTimeOffset StartTime, DateTimeOffset EndTime);

[JsonConverter(typeof(EventTimeUnitConverter))]
internal enum EventTimeUnit
{
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// <summary>Units stand in lower case on the wire.</summary>
internal sealed class EventTimeUnitConverter() : JsonStringEnumConverter<EventTimeUnit>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
