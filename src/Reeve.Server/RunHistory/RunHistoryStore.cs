using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
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

    // the sums of ended runs are kept for five minutes each; in intervals not much longer the runs at their ends would be most of the work
    internal const double ShortestOfSums = 1200;
    internal const string Ended = "('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')";
    internal const string Unended = "('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')";

    internal ValueTask<List<HistoryInterval>> OfFlowRunsAsync(Session session, HistoryQuery query) =>
        ReadAsync(session, query, "flow_run", "fr", FlowRunsStore.Criteria, query.FlowRuns?.State, IsByState(query.Criteria) ? new StartRange(null, null) : null);

    internal ValueTask<List<HistoryInterval>> OfTaskRunsAsync(Session session, HistoryQuery query) => ReadAsync(
        session, query, "task_run", "tr", TaskRunsStore.Criteria, query.TaskRuns?.State,
        IsByState(query.Criteria with { TaskRuns = null }) && query.FlowRuns?.State is null ? StartRange.Of(query.TaskRuns) : null);

    /// <summary>The query asks for flow runs by nothing but their state, which the kept sums know.</summary>
    internal static bool IsByState(Query query) =>
        query with { FlowRuns = null } == new Query { Sort = query.Sort, Limit = query.Limit, Offset = query.Offset, Page = query.Page }
        && (query.FlowRuns is null || query.FlowRuns with { State = null, Operator = null } == new FlowRunFilter());

    internal static bool IsByState(TaskRunFilter? filter) => filter is null || filter with { State = null, Operator = null } == new TaskRunFilter();

    /// <summary>Counts all flow runs in some states: the ended by their sums, the others one by one. A run without an expected start is in no sum.</summary>
    internal static ValueTask<long> CountAsync(Session session, StateFilter? state)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync(
            $"""
            select (select coalesce(sum(s.runs), 0) from flow_run_sum s {Conditions.Where(Filters.Criteria.Of(on, "s", state))})
                + (select count(*) from flow_run r {Conditions.Where(Filters.Criteria.Of(on, "r", state), $"r.state_type in {Unended}")})
                + (select count(*) from flow_run r {Conditions.Where(Filters.Criteria.Of(on, "r", state), $"r.state_type in {Ended}", "r.expected_start_time is null")})
            """,
            on.Parameters);
    }

    /// <summary>Counts flow runs by nothing but their state and the bounds of their expected start: the ended by the sums of whole slots, those that a bound cuts and the others one by one.</summary>
    internal static ValueTask<long> CountAsync(Session session, FlowRunFilter filter, StartRange range)
    {
        var on = new Conditions(session.Dialect) { InOrder = true, Along = "r.state_type" };
        var cut = range.Ends() is { Count: > 0 } ends
            ? $"""
                + (select count(*) from {session.Dialect.InSlots("flow_run", "r", "expected_start_time", on.Bind(session.Dialect.Times(ends)), RunSums.Slot)}
                    {Conditions.Where(RunCriteria.Of(on, "r", filter), $"{session.Dialect.Unindexed("r.state_type")} in {Ended}")})
                """
            : "";
        return session.ScalarAsync(
            $"""
            select (select coalesce(sum(s.runs), 0) from flow_run_sum s {Conditions.Where(Filters.Criteria.Of(on, "s", filter.State), range.Within(on, "s.slot"))})
                + (select count(*) from flow_run r {Conditions.Where(RunCriteria.Of(on, "r", filter), $"r.state_type in {Unended}")}) {cut}
            """,
            on.Parameters);
    }

    private async ValueTask<List<HistoryInterval>> ReadAsync(
        Session session, HistoryQuery query, string table, string alias, Func<Conditions, Query, string?> criteria, StateFilter? state, StartRange? bySums)
    {
        var intervals = Intervals(query);
        if (intervals.Count == 0)
            return intervals;
        List<Sum> found;
        if (bySums is not null && query.Seconds >= ShortestOfSums)
        {
            found = await SumsAsync(session, query, intervals, table, state, bySums).ConfigureAwait(false);
            found.AddRange(await RunsAsync(
                session, query, intervals, table, alias, on => Conditions.Join(null, criteria(on, query.Criteria), $"{alias}.state_type in {Unended}"), $"{alias}.state_type").ConfigureAwait(false));
            var ends = Ends(intervals);
            string? Cut(Conditions on) => Conditions.Join(null, criteria(on, query.Criteria), $"{on.Dialect.Unindexed($"{alias}.state_type")} in {Ended}");
            if (ends.Count > 0)
                found.AddRange(await RunsAsync(session, query, intervals, table, alias, Cut, slots: ("expected_start_time", ends)).ConfigureAwait(false));
            if (bySums.Ends() is { Count: > 0 } starts)
            {
                found.AddRange(await RunsAsync(
                    session, query, intervals, table, alias,
                    on => Conditions.Join(
                        null, Cut(on), // what both cut was counted above
                        $"{on.Dialect.SlotOf($"{alias}.expected_start_time", RunSums.Slot)} not in (select at from {on.Dialect.TimesOf(on.Bind(on.Dialect.Times(ends)))} counted)"),
                    slots: ("start_time", starts)).ConfigureAwait(false));
            }
        }
        else
        {
            found = await RunsAsync(session, query, intervals, table, alias, on => criteria(on, query.Criteria)).ConfigureAwait(false);
        }
        foreach (var sums in found.GroupBy(sum => (sum.Start, sum.Type, sum.Name)).OrderBy(sums => sums.Key.Type).ThenBy(sums => sums.Key.Name, StringComparer.Ordinal))
        {
            if (sums.Key is { Type: { } type, Name: { } name } && sums.Sum(sum => sum.Count) is > 0 and var count)
            {
                intervals[(int)Math.Round((sums.Key.Start - query.HistoryStart).TotalSeconds / query.Seconds)].States
                    .Add(new(type, name, count, sums.Sum(sum => sum.RunTime), sums.Sum(sum => sum.Lateness)));
            }
        }
        return intervals;
    }

    /// <summary>Run by run: all of the history, or what falls into the slots that begin at some times.</summary>
    private async ValueTask<List<Sum>> RunsAsync(
        Session session, HistoryQuery query, List<HistoryInterval> intervals, string table, string alias, Func<Conditions, string?> criteria, string? along = null,
        (string Time, List<DateTimeOffset> At)? slots = null)
    {
        // an index is entered in one way only: by a state, or by the slots, each a small part of it
        var (on, dialect) = (new Conditions(session.Dialect) { InOrder = along is not null || slots is not null, Along = along }, session.Dialect);
        var (start, end, seconds, now, time) = (on.Bind(query.HistoryStart), on.Bind(intervals[^1].IntervalEnd), on.Bind(query.Seconds), on.Bind(clock.Now()), $"{alias}.expected_start_time");
        var from = slots is { } some ? dialect.InSlots(table, alias, some.Time, on.Bind(dialect.Times(some.At)), RunSums.Slot) : $"{table} {alias}";
        var where = Conditions.Where(criteria(on), $"{on.Column(time)} >= @{start}", $"{on.Column(time)} < @{end}");
        // the runs of slots have ended: an index holds all that is summed up of them, and none of them runs
        var running = slots is null ? $" + {RunSums.Running(dialect, alias, now)}" : "";
        return await session.QueryAsync(
            $"""
            select {dialect.IntervalStart(time, start, seconds)} as interval_start, {alias}.state_type, {alias}.state_name, count(*),
                sum({alias}.total_run_time{running}), sum({RunSums.Lateness(dialect, alias, now)})
            from {from} {where} group by 1, {alias}.state_type, {alias}.state_name
            """,
            Read,
            on.Parameters).ConfigureAwait(false);
    }

    /// <summary>The ended runs of the slots that lie within one interval.</summary>
    private static ValueTask<List<Sum>> SumsAsync(Session session, HistoryQuery query, List<HistoryInterval> intervals, string table, StateFilter? state, StartRange range)
    {
        var (on, dialect) = (new Conditions(session.Dialect), session.Dialect);
        if (ReferenceEquals(dialect, Dialect.PostgreSql))
        {
            // to say for each sum which interval is its own takes longer than to look up the sums of each
            var each = Conditions.Where(
                Filters.Criteria.Of(on, "s", state), range.Within(on), "s.slot >= i.at",
                $"s.slot <= i.at + @{on.Bind((intervals[0].IntervalEnd - intervals[0].IntervalStart).Ticks / TimeSpan.TicksPerMicrosecond - RunSums.Slot)} * interval '1 microsecond'");
            return session.QueryAsync(
                $"""
                select i.at, s.state_type, s.state_name, s.runs, s.run_time / 1000000.0, s.lateness / 1000000.0
                from {dialect.TimesOf(on.Bind(dialect.Times(intervals.Select(one => one.IntervalStart))))} i cross join lateral (
                    select s.state_type, s.state_name, sum(s.runs) as runs, sum(s.run_time) as run_time, sum(s.lateness) as lateness from {table}_sum s {each} group by 1, 2) s
                """,
                Read,
                on.Parameters);
        }
        var (start, end, seconds) = (on.Bind(query.HistoryStart), on.Bind(intervals[^1].IntervalEnd), on.Bind(query.Seconds));
        var interval = dialect.IntervalStart("s.slot", start, seconds);
        var where = Conditions.Where(
            Filters.Criteria.Of(on, "s", state), range.Within(on), $"s.slot >= @{start}", $"{dialect.Later("s.slot", RunSums.Slot)} <= @{end}",
            $"{interval} = {dialect.IntervalStart(dialect.Later("s.slot", RunSums.Slot - 1), start, seconds)}");
        return session.QueryAsync(
            $"""
            select {interval} as interval_start, s.state_type, s.state_name, sum(s.runs), sum(s.run_time) / 1000000.0, sum(s.lateness) / 1000000.0
            from {table}_sum s {where} group by 1, s.state_type, s.state_name
            """,
            Read,
            on.Parameters);
    }

    /// <summary>The slots that an interval begins or ends within.</summary>
    private static List<DateTimeOffset> Ends(List<HistoryInterval> intervals)
    {
        HashSet<long> slots = [];
        foreach (var at in intervals.Select(interval => interval.IntervalStart).Append(intervals[^1].IntervalEnd))
            if (Instant.ToMicroseconds(at) is var micros && micros % RunSums.Slot != 0)
                slots.Add(RunSums.SlotOf(micros));
        return [.. slots.Order().Select(Instant.FromMicroseconds)];
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

    private static Sum Read(Row row) => new(row.Time(0), StateRows.TypeOrNull(row, 1), row.TextOrNull(2), row.Long(3), row.Real(4), row.Real(5));

    private sealed record Sum(DateTimeOffset Start, StateType? Type, string? Name, long Count, double RunTime, double Lateness);
}
