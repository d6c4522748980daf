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
        foreach (var table in (string[])["flow_run_sum", "task_run_sum"])
        {
            await database.WriteAsync(
                async session => await session.ExecuteAsync(
                    $"""
                    with many as (select slot, state_type, state_name from {table} group by slot, state_type, state_name having count(*) > 1),
                    folded as (delete from {table} s using many m where s.slot = m.slot and s.state_type = m.state_type and s.state_name = m.state_name returning s.*)
                    insert into {table} (slot, state_type, state_name, runs, run_time, lateness)
                    select slot, state_type, state_name, sum(runs), sum(run_time), sum(lateness) from folded group by slot, state_type, state_name having sum(runs) <> 0 or sum(run_time) <> 0 or sum(lateness) <> 0
                    """).ConfigureAwait(false),
                cancellation).ConfigureAwait(false);
        }
    }
}
