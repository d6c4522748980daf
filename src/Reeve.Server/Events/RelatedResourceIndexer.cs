using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>
/// Follows the outbox and notes which events have which resources among their related ones. State changes write one row each, and do not pay for this: it runs behind them,
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

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        while (await IsTimeAsync(cancellation).ConfigureAwait(false)
            && await database.WriteAsync(session => AdvanceAsync(session), cancellation).ConfigureAwait(false) == MostAtOnce)
        {
            // until the end is reached
        }
    }

    private async ValueTask<bool> IsTimeAsync(CancellationToken cancellation) => database.WritesWaiting <= FewWrites || await database.ReadAsync(
        async session => (await events.EndAsync(session).ConfigureAwait(false)).Offset - await session.ScalarAsync("""select f."offset" from event_follower f where f.name = 'related'""").ConfigureAwait(false) > MostBehind,
        cancellation).ConfigureAwait(false);

    /// <summary>One batch; returns how many events it held.</summary>
    private static async ValueTask<int> AdvanceAsync(Session session)
    {
        // several servers may run: one at a time advances
        var from = await session.QueryFirstAsync(
            $"""select f.tx, f."offset" from event_follower f where f.name = 'related' {session.Dialect.ForUpdate}""", static row => new EventPosition(row.Long(0), row.Long(1))).ConfigureAwait(false);
        var sql = EventSql.Of(session.Dialect);
        var next = new Conditions(session.Dialect);
        var batch = await session.QueryAsync(
            $"""
            select e.tx, e."offset" from event e
            where {sql.After(next, "e", from)} and {session.Dialect.SettledEvents("e")} order by {sql.InOrder("e")} limit @{next.Bind(MostAtOnce)}
            """,
            static row => new EventPosition(row.Long(0), row.Long(1)),
            next.Parameters).ConfigureAwait(false);
        if (batch.Count == 0)
            return 0;
        await AddAsync(session, sql, from, batch[^1]).ConfigureAwait(false);
        await session.ExecuteAsync(
            """update event_follower set tx = @tx, "offset" = @at where name = 'related'""", ("tx", batch[^1].Transaction), ("at", batch[^1].Offset)).ConfigureAwait(false);
        return batch.Count;
    }

    private static async ValueTask AddAsync(Session session, EventSql sql, EventPosition from, EventPosition to)
    {
        var on = new Conditions(session.Dialect);
        // a name that no index can hold would stop it at this event for ever; of such a name nobody asks
        var span = $"where {sql.After(on, "e", from)} and {sql.UpTo(on, "e", to)} and length({sql.RelatedId}) + length({sql.RelatedRole}) <= {LongestName}";
        await session.ExecuteAsync(
            $"""
            insert into event_related_name (resource_id, role) select distinct {sql.RelatedId}, {sql.RelatedRole} from event e cross join {sql.Related("e")} {span}
            on conflict do nothing
            """,
            on.Parameters).ConfigureAwait(false);
        await session.ExecuteAsync(
            $"""
            insert into event_related (resource, occurred, event) select distinct n.id, e.occurred, e."offset"
            from event e cross join {sql.Related("e")} join event_related_name n on n.resource_id = {sql.RelatedId} and n.role = {sql.RelatedRole} {span}
            on conflict do nothing
            """,
            on.Parameters).ConfigureAwait(false);
    }
}
