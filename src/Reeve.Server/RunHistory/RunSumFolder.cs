using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.RunHistory;

/// <summary>
/// Makes one row of the many that transactions added for the same five minutes and state. What a history sums up is the same before and after. SQLite has one writer,
/// which keeps one row from the beginning.
/// </summary>
internal sealed class RunSumFolder(Database database, TimeProvider clock, ILogger<RunSumFolder> log) : PeriodicService(TimeSpan.FromSeconds(30), clock, log)
{
    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        if (database.Dialect != Dialect.PostgreSql)
            return;
        foreach (var (table, key, sums) in ((string, string, string[])[])[
            ("flow_run_sum", "slot, state_type, state_name", ["runs", "run_time", "lateness"]), ("task_run_sum", "slot, start_slot, state_type, state_name", ["runs", "run_time", "lateness"]),
            ("flow_run_tag_sum", "tag", ["runs"]), ("flow_run_task_sum", "slot", ["runs"])])
        {
            var same = string.Join(" and ", key.Split(", ").Select(column => $"s.{column} = m.{column}"));
            await database.WriteAsync(
                async session => await session.ExecuteAsync(
                    $"""
                    with many as (select {key} from {table} group by {key} having count(*) > 1),
                    folded as (delete from {table} s using many m where {same} returning s.*)
                    insert into {table} ({key}, {string.Join(", ", sums)})
                    select {key}, {string.Join(", ", sums.Select(sum => $"sum({sum})"))} from folded group by {key} having {string.Join(" or ", sums.Select(sum => $"sum({sum}) <> 0"))}
                    """).ConfigureAwait(false),
                cancellation).ConfigureAwait(false);
        }
    }
}
