using Reeve.Protocol.Filters;
using Reeve.Server.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.RunHistory;

/// <summary>
/// Counts of task runs: the ended by their sums, the others, and what a bound cuts, one by one. A run without an expected start is in no sum.
/// </summary>
internal static class TaskRunSums
{
    private const string Ended = RunHistoryStore.Ended;

    /// <summary>Task runs by the type of their state; <paramref name="range"/> is that of the filter.</summary>
    internal static async ValueTask<List<(string Type, long Count)>> ByTypeAsync(Session session, TaskRunFilter? filter, StartRange range)
    {
        // runs that have not ended are few, and found by their state
        var on = new Conditions(session.Dialect) { InOrder = true, Along = "tr.state_type" };
        var parts = new List<string>
        {
            $"select s.state_type as type, sum(s.runs) as runs from task_run_sum s {Conditions.Where(Criteria.Of(on, "s", filter?.State), range.Within(on))} group by s.state_type",
            $"select tr.state_type, count(*) from task_run tr {Conditions.Where(RunCriteria.Of(on, "tr", filter), $"tr.state_type in {RunHistoryStore.Unended}")} group by tr.state_type",
            $"select tr.state_type, count(*) from task_run tr {Conditions.Where(RunCriteria.Of(on, "tr", filter), "tr.expected_start_time is null", EndedState(on))} group by tr.state_type",
        };
        if (range.Ends() is { Count: > 0 } ends)
            parts.Add($"select tr.state_type, count(*) {Cut(on, filter, ends)} group by tr.state_type");
        return await session.QueryAsync(
            $"select c.type, cast(sum(c.runs) as bigint) from ({string.Join(" union all ", parts)}) c group by c.type", static row => (row.Text(0), row.Long(1)), on.Parameters).ConfigureAwait(false);
    }

    /// <summary>Counts the task runs of the flow runs whose expected start lies within bounds: those of whole slots by their sums.</summary>
    internal static ValueTask<long> OfFlowRunsAsync(Session session, StartRange range)
    {
        var on = new Conditions(session.Dialect) { InOrder = true };
        var cut = range.Ends() is { Count: > 0 } ends
            ? $"""
                + (select count(*) from {session.Dialect.InSlots("flow_run", "r", "expected_start_time", on.Bind(session.Dialect.Times(ends)), RunSums.Slot)} cross join task_run tr
                    {Conditions.Where("tr.flow_run_id = r.id", range.Holds(on, on.Column("r.expected_start_time")))})
                """
            : "";
        return session.ScalarAsync($"select (select coalesce(sum(s.runs), 0) from flow_run_task_sum s {Conditions.Where(range.Within(on, "s.slot"))}) {cut}", on.Parameters);
    }

    /// <summary>Ended task runs by the part of a time in which they began; <paramref name="range"/> is that of the filter and lies within that time.</summary>
    internal static async ValueTask<List<(DateTimeOffset Start, long Failed, long All)>> EndedAsync(
        Session session, TaskRunFilter filter, StartRange range, DateTimeOffset start, double seconds, int parts)
    {
        var (on, dialect) = (new Conditions(session.Dialect) { InOrder = true }, session.Dialect);
        var (from, length) = (on.Bind(start), on.Bind(seconds));
        string Part(string time) => dialect.IntervalStart(time, from, length);
        var ends = Enumerable.Range(0, parts).Select(i => start.AddSeconds(i * seconds)).Select(at => Instant.FromMicroseconds(RunSums.SlotOf(Instant.ToMicroseconds(at))))
            .Concat(range.Ends()).Distinct().Order().ToList();
        var whole = Conditions.Where(
            range.Within(on), $"s.state_type in {Ended}", $"s.start_slot not in (select at from {dialect.TimesOf(on.Bind(dialect.Times(ends)))} slot)");
        return await session.QueryAsync(
            $"""
            select c.part, cast(sum(c.failed) as bigint), cast(sum(c.runs) as bigint) from (
                select {Part("s.start_slot")} as part, sum(case when s.state_type in ('FAILED', 'CRASHED') then s.runs else 0 end) as failed, sum(s.runs) as runs from task_run_sum s {whole} group by 1
                union all select {Part("tr.start_time")}, sum(case when tr.state_type in ('FAILED', 'CRASHED') then 1 else 0 end), count(*) {Cut(on, filter, ends)} group by 1
                union all select {Part("tr.start_time")}, sum(case when tr.state_type in ('FAILED', 'CRASHED') then 1 else 0 end), count(*)
                    from task_run tr {Conditions.Where(RunCriteria.Of(on, "tr", filter), "tr.expected_start_time is null", EndedState(on))} group by 1
            ) c group by c.part
            """,
            static row => (row.Time(0), row.Long(1), row.Long(2)),
            on.Parameters).ConfigureAwait(false);
    }

    // ended runs of slots that a bound cuts
    private static string Cut(Conditions on, TaskRunFilter? filter, List<DateTimeOffset> ends) =>
        $"from {on.Dialect.InSlots("task_run", "tr", "start_time", on.Bind(on.Dialect.Times(ends)), RunSums.Slot)} "
        + Conditions.Where(RunCriteria.Of(on, "tr", filter), "tr.expected_start_time is not null", EndedState(on));

    private static string EndedState(Conditions on) => $"{on.Dialect.Unindexed("tr.state_type")} in {Ended}";
}
