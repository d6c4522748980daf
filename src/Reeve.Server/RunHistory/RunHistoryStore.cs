using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;

namespace Reeve.Server.RunHistory;

/// <summary>Sums of runs by the interval in which they were expected to start.</summary>
internal sealed class RunHistoryStore(TimeProvider clock)
{
    /// <summary>An answer has no more intervals than these; later ones are left out.</summary>
    internal const int MostIntervals = 500;

    internal ValueTask<List<HistoryInterval>> OfFlowRunsAsync(Session session, HistoryQuery query)
    {
        var on = new Conditions(session.Dialect);
        return ReadAsync(session, query, on, "flow_run", "fr", FlowRunsStore.Criteria(on, query.Criteria));
    }

    internal ValueTask<List<HistoryInterval>> OfTaskRunsAsync(Session session, HistoryQuery query)
    {
        var on = new Conditions(session.Dialect);
        return ReadAsync(session, query, on, "task_run", "tr", TaskRunsStore.Criteria(on, query.Criteria));
    }

    private async ValueTask<List<HistoryInterval>> ReadAsync(Session session, HistoryQuery query, Conditions on, string table, string alias, string? criteria)
    {
        var intervals = Intervals(query);
        if (intervals.Count == 0)
            return intervals;
        var (start, end, seconds, now) = (on.Bind(query.HistoryStart), on.Bind(intervals[^1].IntervalEnd), on.Bind(query.Seconds), on.Bind(clock.Now()));
        var where = Conditions.Where(criteria, $"{alias}.expected_start_time >= @{start}", $"{alias}.expected_start_time < @{end}");
        var found = await session.QueryAsync(
            $"""
            select {session.Dialect.IntervalStart($"{alias}.expected_start_time", start, seconds)} as interval_start, {alias}.state_type, {alias}.state_name, count(*),
                sum({alias}.total_run_time + {RunSums.Running(session.Dialect, alias, now)}), sum({RunSums.Lateness(session.Dialect, alias, now)})
            from {table} {alias} {where} group by interval_start, {alias}.state_type, {alias}.state_name order by interval_start, {alias}.state_type, {alias}.state_name
            """,
            static row => (Start: row.Time(0), Type: StateRows.TypeOrNull(row, 1), Name: row.TextOrNull(2), Count: row.Long(3), RunTime: row.Real(4), Lateness: row.Real(5)),
            on.Parameters).ConfigureAwait(false);
        foreach (var sum in found)
            if (sum is { Type: { } type, Name: { } name })
                intervals[(int)Math.Round((sum.Start - query.HistoryStart).TotalSeconds / query.Seconds)].States.Add(new(type, name, sum.Count, sum.RunTime, sum.Lateness));
        return intervals;
    }

    // the last interval may reach beyond the history's end
    private static List<HistoryInterval> Intervals(HistoryQuery query)
    {
        var length = TimeSpan.FromMicroseconds(Math.Truncate(query.Seconds * 1_000_000));
        List<HistoryInterval> intervals = [];
        for (var start = query.HistoryStart; start < query.HistoryEnd && intervals.Count < MostIntervals;)
        {
            var end = DateTimeOffset.MaxValue - start < length ? DateTimeOffset.MaxValue : start + length;
            intervals.Add(new(start, end, []));
            start = end;
        }
        return intervals;
    }
}
