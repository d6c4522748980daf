using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// Gathers the names of new runs, a thousand in one text, for <see cref="FlowRunNames"/>. It runs behind those who create runs, and while they are busy it stays behind as far as a search can bear,
/// which looks through the rest by itself.
/// </summary>
internal sealed class FlowRunNameGatherer(Database database, TimeProvider clock, ILogger<FlowRunNameGatherer> log) : PeriodicService(TimeSpan.FromSeconds(5), clock, log)
{
    private const int MostBehind = 20_000;
    private const int FewWrites = 8;

    /// <summary>How many names make one text.</summary>
    internal int NamesInOne { get; init; } = 1000;

    private bool IsPostgres => ReferenceEquals(database.Dialect, Dialect.PostgreSql);

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        while (await IsTimeAsync(cancellation).ConfigureAwait(false) && await GatherAsync(cancellation).ConfigureAwait(false))
        {
            // until too few are left
        }
    }

    private async ValueTask<bool> IsTimeAsync(CancellationToken cancellation) => database.WritesWaiting <= FewWrites || await database.ReadAsync(
        session => session.ScalarAsync(IsPostgres
            ? "select count(*) from flow_run_fresh"
            : "select (select max(rowid) from flow_run) - coalesce((select max(upto) from flow_run_names), 0)"),
        cancellation).ConfigureAwait(false) > MostBehind;

    private ValueTask<bool> GatherAsync(CancellationToken cancellation) => IsPostgres ? GatherFreshAsync(cancellation) : GatherRowsAsync(cancellation);

    // PostgreSQL: whoever commits last is fresh last
    private async ValueTask<bool> GatherFreshAsync(CancellationToken cancellation) =>
        await database.ReadAsync(session => session.ScalarAsync("select count(*) from (select 1 from flow_run_fresh limit @most) f", ("most", NamesInOne)), cancellation).ConfigureAwait(false) == NamesInOne
        && await database.WriteAsync(
            async session =>
            {
                // several servers may run: one at a time gathers, so that the texts' numbers are in the order of their commits
                await session.ScalarAsync("select 1 from event_follower where name = 'names' for update").ConfigureAwait(false);
                return await session.ExecuteAsync(
                    """
                    with taken as (
                        delete from flow_run_fresh where ctid = any(array(select f.ctid from flow_run_fresh f limit @most)) returning flow_run_id, name
                    )
                    insert into flow_run_names (flow_run_ids, names) select array_agg(flow_run_id), string_agg(name, e'\n') from taken having count(*) > 0
                    """,
                    ("most", NamesInOne)).ConfigureAwait(false) == 1;
            },
            cancellation).ConfigureAwait(false);

    // SQLite: rows have numbers in the order of their commits, so that what is not gathered needs no note
    private async ValueTask<bool> GatherRowsAsync(CancellationToken cancellation) =>
        await database.ReadAsync(session => session.ScalarAsync(
            "select count(*) from (select 1 from flow_run where rowid > coalesce((select max(upto) from flow_run_names), 0) limit @most)", ("most", NamesInOne)), cancellation).ConfigureAwait(false) == NamesInOne
        && await database.WriteAsync(
            session => session.ExecuteAsync(
                """
                insert into flow_run_names (upto, since, names)
                select max(r.place), min(r.place), group_concat(r.name, char(10))
                from (select fr.rowid as place, fr.name from flow_run fr where fr.rowid > coalesce((select max(upto) from flow_run_names), 0) order by fr.rowid limit @most) r
                group by null
                """,
                ("most", NamesInOne)),
            cancellation).ConfigureAwait(false) == 1;
}
