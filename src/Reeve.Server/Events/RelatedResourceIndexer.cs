using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>
/// Follows the outbox and notes which events have which resources among their related ones, and how many there are by time and name. State changes write one row each, and do not pay for this: it runs behind them,
/// in batches, and while the writers are busy it stays behind as far as filters can bear, which look through the rest by themselves.
/// </summary>
internal sealed class RelatedResourceIndexer(Database database, EventsStore events, TimeProvider clock, ILogger<RelatedResourceIndexer> log)
    : PeriodicService(TimeSpan.FromSeconds(2), clock, log)
{
    private const int MostAtOnce = 1000;
    private const int MostBehind = 20_000;
    private const int FewWrites = 8;
    // characters; four bytes each are less than PostgreSQL's largest index entry
    private const int LongestName = 600;

    private const int MostKnown = 20_000;
    private readonly Dictionary<(string Id, string Role), long> known = [];

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        while (await IsTimeAsync(cancellation).ConfigureAwait(false) && await AdvanceAsync(cancellation).ConfigureAwait(false) == MostAtOnce)
        {
            // until the end is reached
        }
    }

    private async ValueTask<bool> IsTimeAsync(CancellationToken cancellation) => database.WritesWaiting <= FewWrites || await database.ReadAsync(
        async session => (await events.EndAsync(session).ConfigureAwait(false)).Offset - await session.ScalarAsync("""select f."offset" from event_follower f where f.name = 'related'""").ConfigureAwait(false) > MostBehind,
        cancellation).ConfigureAwait(false);

    /// <summary>One batch; returns how many events it held. The bodies are read beside the writers, who get only what is to be noted.</summary>
    private async ValueTask<int> AdvanceAsync(CancellationToken cancellation)
    {
        var (from, batch) = await database.ReadAsync(
            async session =>
            {
                var from = await ReachedAsync(session, "").ConfigureAwait(false);
                return (from, await UnnotedAsync(session, from).ConfigureAwait(false));
            },
            cancellation).ConfigureAwait(false);
        if (batch.Count == 0)
            return 0;
        var resources = batch.SelectMany(e => e.Related).Distinct().ToList();
        if (known.Count + resources.Count > MostKnown)
            known.Clear();
        var unknown = resources.FindAll(resource => !known.ContainsKey(resource));
        // what a commit has confirmed is known for ever: names are never taken away
        foreach (var (resource, id) in await database.WriteAsync(session => AddAsync(session, from, batch, unknown), cancellation).ConfigureAwait(false))
            known[resource] = id;
        return batch.Count;
    }

    private static ValueTask<EventPosition> ReachedAsync(Session session, string locked) => session.QueryFirstAsync(
        $"""select f.tx, f."offset" from event_follower f where f.name = 'related' {locked}""", static row => new EventPosition(row.Long(0), row.Long(1)));

    private static ValueTask<List<Unnoted>> UnnotedAsync(Session session, EventPosition from)
    {
        var (on, sql) = (new Conditions(session.Dialect), EventSql.Of(session.Dialect));
        return session.QueryAsync(
            $"""
            select e.tx, e."offset", e.occurred, e.body, e.name from event e
            where {sql.After(on, "e", from)} and {session.Dialect.SettledEvents("e")} order by {sql.InOrder("e")} limit @{on.Bind(MostAtOnce)}
            """,
            static row => new Unnoted(new EventPosition(row.Long(0), row.Long(1)), row.Time(2), Related(row.Utf8(3)), row.Text(4)),
            on.Parameters);
    }

    private static List<(string Id, string Role)> Related(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        List<(string Id, string Role)> related = [];
        if (document.RootElement.TryGetProperty("related", out var resources) && resources.ValueKind == JsonValueKind.Array)
            foreach (var resource in resources.EnumerateArray())
                if (resource.TryGetProperty(EventMatcher.ResourceId, out var id) && resource.TryGetProperty(EventMatcher.Role, out var role))
                    related.Add((id.ToString(), role.ToString()));
        // a name that no index can hold would stop the follower at this event for ever; of such a name nobody asks
        related.RemoveAll(resource => resource.Id.Length + resource.Role.Length > LongestName);
        return related;
    }

    /// <summary>Notes a batch; returns the names it added or found.</summary>
    private async ValueTask<Dictionary<(string Id, string Role), long>> AddAsync(
        Session session, EventPosition from, List<Unnoted> batch, List<(string Id, string Role)> unknown)
    {
        Dictionary<(string Id, string Role), long> found = [];
        // several servers may run: one at a time advances
        if (await ReachedAsync(session, session.Dialect.ForUpdate).ConfigureAwait(false) != from)
            return found;
        foreach (var (id, role) in unknown)
        {
            session.Post("insert into event_related_name (resource_id, role) values (@id, @role) on conflict do nothing", ("id", id), ("role", role));
            found[(id, role)] = await session.ScalarAsync("select id from event_related_name where resource_id = @id and role = @role", ("id", id), ("role", role)).ConfigureAwait(false);
        }
        var rows = batch.SelectMany(e => e.Related.Distinct().Select(related => (Resource: found.TryGetValue(related, out var id) ? id : known[related], e.Occurred, Event: e.At.Offset))).ToList();
        if (ReferenceEquals(session.Dialect, Dialect.PostgreSql))
            session.Post(
                "insert into event_related (resource, occurred, event) select * from unnest(@resources, @times, @events) on conflict do nothing",
                ("resources", SqlValue.Column([.. rows.Select(row => row.Resource)])), ("times", SqlValue.Column([.. rows.Select(row => row.Occurred)])),
                ("events", SqlValue.Column([.. rows.Select(row => row.Event)])));
        else
            foreach (var (resource, occurred, at) in rows)
                session.Post(
                    "insert into event_related (resource, occurred, event) values (@resource, @occurred, @event) on conflict do nothing",
                    ("resource", resource), ("occurred", occurred), ("event", at));
        EventSums.Add(session, batch.Select(e => (e.Occurred, e.Name)));
        var end = batch[^1].At;
        session.Post("""update event_follower set tx = @tx, "offset" = @at where name = 'related'""", ("tx", end.Transaction), ("at", end.Offset));
        return found;
    }

    /// <summary>An event whose related resources are not noted yet.</summary>
    private sealed record Unnoted(EventPosition At, DateTimeOffset Occurred, List<(string Id, string Role)> Related, string Name);
}
