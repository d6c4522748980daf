using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Orchestration;
using Reeve.Server.RunHistory;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;

namespace Reeve.Server.Ui;

/// <summary>What a web console asks for and nobody else: small answers for many things at once.</summary>
internal sealed class UiStore(TimeProvider clock)
{
    internal const int Counts = 20;

    internal ValueTask<List<SimpleFlowRun>> FlowRunsAsync(Session session, Query query, int limit)
    {
        var (on, now) = (new Conditions(session.Dialect), clock.Now());
        var where = Conditions.Where(FlowRunsStore.Criteria(on, query));
        var order = FlowRunsStore.Order(query.Sort ?? "EXPECTED_START_TIME_DESC");
        return session.QueryAsync(
            $"""
            select fr.id, fr.state_type, fr.start_time, fr.expected_start_time, fr.end_time, fr.total_run_time, fr.state_timestamp
            from flow_run fr {where} {order} limit @{on.Bind(limit)} offset @{on.Bind(query.Offset ?? 0)}
            """,
            row => Simple(row, now),
            on.Parameters);
    }

    /// <summary>Task runs by flow run; those that stand for subflows are not counted.</summary>
    internal ValueTask<Dictionary<Guid, long>> TaskRunCountsAsync(Session session, IReadOnlyList<Guid> flowRuns) => CountsAsync(
        session,
        $"""
        select tr.flow_run_id, count(*) from task_run tr
        where {session.Dialect.AnyId("tr.flow_run_id", "ids")} and not exists (select 1 from flow_run sub where sub.parent_task_run_id = tr.id) group by tr.flow_run_id
        """,
        flowRuns);

    internal ValueTask<Dictionary<Guid, long>> DeploymentCountsAsync(Session session, IReadOnlyList<Guid> flows) =>
        CountsAsync(session, $"select d.flow_id, count(*) from deployment d where {session.Dialect.AnyId("d.flow_id", "ids")} group by d.flow_id", flows);

    internal async ValueTask<Dictionary<Guid, SimpleNextFlowRun?>> NextRunsAsync(Session session, IReadOnlyList<Guid> flows)
    {
        Dictionary<Guid, SimpleNextFlowRun?> next = [];
        foreach (var flow in flows.Distinct())
        {
            next[flow] = await session.QueryFirstAsync(
                """
                select fr.id, fr.flow_id, fr.name, fr.state_name, fr.state_type, fr.next_scheduled_start_time from flow_run fr
                where fr.flow_id = @flow and fr.state_type = 'SCHEDULED' and fr.next_scheduled_start_time is not null order by fr.next_scheduled_start_time, fr.id limit 1
                """,
                static row => new SimpleNextFlowRun(row.Id(0), row.Id(1), row.Text(2), row.Text(3), StateRows.Type(row.Text(4)), row.Time(5)),
                ("flow", flow)).ConfigureAwait(false);
        }
        return next;
    }

    /// <summary>Task runs by the type of their state, every type named.</summary>
    internal async ValueTask<Dictionary<string, long>> TaskRunsByStateAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var counts = Enum.GetValues<StateType>().ToDictionary(type => type.ToWire(), _ => 0L, StringComparer.Ordinal);
        var found = TaskRunsStore.SumsOf(query) is { } range
            ? await TaskRunSums.ByTypeAsync(session, query.TaskRuns, range).ConfigureAwait(false)
            : await session.QueryAsync(
                $"select tr.state_type, count(*) from task_run tr {Conditions.Where(TaskRunsStore.Criteria(on, query), "tr.state_type is not null")} group by tr.state_type",
                static row => (row.Text(0), row.Long(1)),
                on.Parameters).ConfigureAwait(false);
        foreach (var (type, count) in found)
            counts[type] = count;
        return counts;
    }

    /// <summary>Ended task runs by the time of their start, in equal parts of the time between two moments.</summary>
    internal async ValueTask<List<TaskRunCount>> EndedTaskRunsAsync(Session session, Query query, DateTimeOffset start, DateTimeOffset end)
    {
        var seconds = (end - start).TotalSeconds / Counts;
        var found = seconds >= RunHistoryStore.ShortestOfSums && TaskRunsStore.SumsOf(query) is { From: not null } range
            ? await TaskRunSums.EndedAsync(session, query.TaskRuns!, range, start, seconds, Counts).ConfigureAwait(false)
            : await EndedOneByOneAsync(session, query, start, seconds).ConfigureAwait(false);
        var counts = Enumerable.Repeat(new TaskRunCount(0, 0), Counts).ToList();
        foreach (var part in found)
        {
            var at = Math.Clamp((int)Math.Round((part.Start - start).TotalSeconds / seconds), 0, Counts - 1);
            counts[at] = new(counts[at].Completed + part.All - part.Failed, counts[at].Failed + part.Failed);
        }
        return counts;
    }

    private static ValueTask<List<(DateTimeOffset Start, long Failed, long All)>> EndedOneByOneAsync(Session session, Query query, DateTimeOffset start, double seconds)
    {
        var on = new Conditions(session.Dialect);
        // the index of the start holds the states too
        var where = Conditions.Where(TaskRunsStore.Criteria(on, query), $"{session.Dialect.Unindexed("tr.state_type")} in {RunHistoryStore.Ended}");
        return session.QueryAsync(
            $"""
            select {session.Dialect.IntervalStart("tr.start_time", on.Bind(start), on.Bind(seconds))} as part, sum(case when tr.state_type in ('FAILED', 'CRASHED') then 1 else 0 end), count(*)
            from task_run tr {where} group by part
            """,
            static row => (row.Time(0), row.Long(1), row.Long(2)),
            on.Parameters);
    }

    internal async ValueTask<TaskRun?> TaskRunAsync(Session session, Guid id) => await session.QueryFirstAsync(
        $"select {TaskRunsStore.Select} where tr.id = @id", row => TaskRunsStore.Read(row, clock.Now()), ("id", id)).ConfigureAwait(false) switch
    {
        { FlowRunId: { } flowRun } run => run with
        {
            FlowRunName = await session.QueryFirstAsync("select name from flow_run where id = @id", static row => row.Text(0), ("id", flowRun)).ConfigureAwait(false),
        },
        var run => run,
    };

    private static async ValueTask<Dictionary<Guid, long>> CountsAsync(Session session, string sql, IReadOnlyList<Guid> ids)
    {
        var counts = ids.Distinct().ToDictionary(id => id, _ => 0L);
        foreach (var (id, count) in await session.QueryAsync(sql, static row => (row.Id(0), row.Long(1)), ("ids", ids.ToArray())).ConfigureAwait(false))
            counts[id] = count;
        return counts;
    }

    private static SimpleFlowRun Simple(Row row, DateTimeOffset now)
    {
        var (type, start, expected) = (StateRows.TypeOrNull(row, 1), row.TimeOrNull(2), row.TimeOrNull(3));
        return new(
            row.Id(0), type, start ?? expected, Projection.EstimatedRunTime(row.Real(5), type, row.TimeOrNull(6), now),
            Projection.EstimatedStartTimeDelta(start, expected, row.TimeOrNull(4), now));
    }
}
