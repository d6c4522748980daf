using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.FlowRuns;
using Reeve.Server.Orchestration;
using Reeve.Server.RunHistory;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary>The task runs' SQL, but for their states, which only the orchestrator writes.</summary>
internal sealed class TaskRunsStore(Orchestrator orchestrator, TimeProvider clock)
{
    private readonly NewestRows newest = new(clock);

    /// <summary>Follows "select"; <see cref="Read"/> reads it. The table stands under the alias <c>tr</c>.</summary>
    internal const string Select = $"""
        tr.id, tr.created, tr.updated, tr.name, tr.flow_run_id, tr.task_key, tr.dynamic_key, tr.cache_key, tr.cache_expiration, tr.task_version, tr.empirical_policy, tr.tags,
        tr.labels, tr.task_inputs, tr.state_id, tr.state_type, tr.state_name, tr.run_count, tr.flow_run_run_count, tr.expected_start_time, tr.next_scheduled_start_time,
        tr.start_time, tr.end_time, tr.total_run_time, tr.state_timestamp, {StateRows.Columns}
        from task_run tr left join task_run_state s on s.id = tr.state_id
        """;

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["ID_DESC"] = "tr.id desc",
        ["EXPECTED_START_TIME_ASC"] = "tr.expected_start_time, tr.id",
        ["EXPECTED_START_TIME_DESC"] = "tr.expected_start_time desc, tr.id desc",
        ["NAME_ASC"] = "tr.name, tr.id",
        ["NAME_DESC"] = "tr.name desc, tr.id desc",
        ["NEXT_SCHEDULED_START_TIME_ASC"] = "tr.next_scheduled_start_time, tr.id",
        ["END_TIME_DESC"] = "tr.end_time desc nulls last, tr.id desc",
    };

    /// <summary>Stores a run in its first state; a known id, or key within the flow run, answers with the run that has it.</summary>
    internal async ValueTask<(TaskRun Run, bool IsNew)> CreateAsync(Session session, NewTaskRun run)
    {
        if (await orchestrator.AddTaskRunAsync(session, run).ConfigureAwait(false) is not null)
            return ((await ReadAsync(session, run.Id).ConfigureAwait(false))!, true);
        return (await FindKnownAsync(session, run).ConfigureAwait(false), false);
    }

    /// <summary>The run for which this one was refused: it has the id, or the key.</summary>
    internal async ValueTask<TaskRun> FindKnownAsync(Session session, NewTaskRun run)
    {
        (string Name, SqlValue Value)[] key = [("id", run.Id), ("task_key", run.TaskKey), ("dynamic_key", run.DynamicKey)];
        var (within, all) = run.FlowRunId is { } flowRun ? ("tr.flow_run_id = @flow_run", [.. key, ("flow_run", flowRun)]) : ("tr.flow_run_id is null", key);
        var known = await session.QueryFirstAsync(
            $"select {Select} where tr.id = @id or ({within} and tr.task_key = @task_key and tr.dynamic_key = @dynamic_key) limit 1",
            row => Read(row, clock.Now()),
            all).ConfigureAwait(false);
        return known ?? throw new InvalidOperationException($"The task run {run.Id} was refused as known, but nothing like it is there.");
    }

    internal ValueTask<TaskRun?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Select} where tr.id = @id", row => Read(row, clock.Now()), ("id", id));

    internal async ValueTask<List<TaskRun>> FilterAsync(Session session, Query query)
    {
        query = await FlowRunsStore.PlacedAsync(session, query).ConfigureAwait(false);
        if (!Newest.TryGetValue(query.Sort ?? "ID_DESC", out var time) || !IsOfFlowRuns(query, time, session.Dialect))
            return await FilterAsync(session, query, since: null).ConfigureAwait(false);
        // task runs of many flow runs are looked for among the newest first, as flow runs are
        var since = await newest.SinceAsync(session, time, "task_run tr", Page.Order(query.Sort, "ID_DESC", Orders), NewestRuns).ConfigureAwait(false);
        if (since is { } from)
        {
            var found = await FilterAsync(session, query, (time, from)).ConfigureAwait(false);
            if (found.Count >= (query.Limit ?? Page.Standard))
                return found;
        }
        return await FilterAsync(session, query, since: null, rare: since is not null).ConfigureAwait(false);
    }

    /// <summary>How many runs count as the newest.</summary>
    internal int NewestRuns { get; init; } = 5_000;

    private static readonly Dictionary<string, string> Newest = new(StringComparer.Ordinal) { ["ID_DESC"] = "tr.id", ["EXPECTED_START_TIME_DESC"] = "tr.expected_start_time" };

    // a few flow runs by their ids have few task runs, and those of one flow stand in an index in the order of their time; SQLite finds those of a deployment in less time
    // than it takes to look at the newest
    private static bool IsOfFlowRuns(Query query, string time, Dialect dialect) =>
        (ReferenceEquals(dialect, Dialect.PostgreSql) && (query is { Deployments: not null } or { WorkQueues: not null }
            || (query.Flows is { } flows && (time != "tr.expected_start_time" || flows.Id?.Any is not [_]))))
        || (query.FlowRuns is { } flowRuns && flowRuns.Id?.Any is null);

    private ValueTask<List<TaskRun>> FilterAsync(Session session, Query query, (string Time, SqlValue From)? since, bool rare = false)
    {
        var (on, now, order) = (new Conditions(session.Dialect) { InOrder = since is not null, Along = since?.Time, FindsFew = rare }, clock.Now(), Page.Order(query.Sort, "ID_DESC", Orders));
        var where = Conditions.Where(Criteria(on, query), since is { } from ? $"{from.Time} >= @{on.Bind(from.From)}" : null);
        var all = rare && session.Dialect.Whole is { Length: > 0 } whole ? $"(select tr.* from task_run tr {where} {whole}) tr" : $"task_run tr {where}";
        return session.QueryAsync(
            $"select {Select} where tr.id in (select tr.id from {all} {order} {Page.Sql(query)}) {order}", row => Read(row, now), on.Parameters);
    }

    internal async ValueTask<long> CountAsync(Session session, Query query)
    {
        if (SumsOf(query) is { } range)
            return (await TaskRunSums.ByTypeAsync(session, query.TaskRuns, range).ConfigureAwait(false)).Sum(type => type.Count);
        if (query.FlowRuns is { State: null } flowRuns && IsAll(query with { FlowRuns = null }) && StartRange.Of(flowRuns) is { } ofFlowRuns)
            return await TaskRunSums.OfFlowRunsAsync(session, ofFlowRuns).ConfigureAwait(false);
        // those that stand for subflows are found by the subflows; the sums know all
        return query.TaskRuns is { SubflowRuns.Exists: { } wanted, Operator: not "or_" } filter
            && query with { TaskRuns = filter with { SubflowRuns = null } } is var all && SumsOf(all) is not null
                ? await CountSubflowsAsync(session, all).ConfigureAwait(false) is var subflows && wanted ? subflows : await CountAsync(session, all).ConfigureAwait(false) - subflows
                : await CountOneByOneAsync(session, query).ConfigureAwait(false);
    }

    private static ValueTask<long> CountSubflowsAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect) { InOrder = true };
        return session.ScalarAsync(
            $"""
            select count(*) from (select distinct parent_task_run_id as id from flow_run where parent_task_run_id is not null) sub join task_run tr on tr.id = sub.id
            {Where(on, query)}
            """,
            on.Parameters);
    }

    /// <summary>The bounds of a query that the kept sums can answer; null where they cannot.</summary>
    internal static StartRange? SumsOf(Query query) => IsAll(query with { TaskRuns = null }) ? StartRange.Of(query.TaskRuns) : null;

    private static bool IsAll(Query query) => query == new Query { Sort = query.Sort, Limit = query.Limit, Offset = query.Offset, Page = query.Page };

    private static ValueTask<long> CountOneByOneAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) from task_run tr {Where(on, query)}", on.Parameters);
    }

    internal async ValueTask<bool> RenameAsync(Session session, Guid id, string? name) => await session.ExecuteAsync(
        "update task_run set updated = @now, name = coalesce(@name, name) where id = @id", ("now", clock.Now()), ("name", name), ("id", id)).ConfigureAwait(false) == 1;

    internal async ValueTask<bool> DeleteAsync(Session session, Guid id)
    {
        // lines that speak of no run there is stay
        if (await session.ExecuteAsync("delete from task_run where id = @id", ("id", id)).ConfigureAwait(false) == 0)
            return false;
        await session.ExecuteAsync("delete from log where task_run_id = @id", ("id", id)).ConfigureAwait(false);
        return true;
    }

    private static string Where(Conditions on, Query query) => Conditions.Where(Criteria(on, query));

    /// <summary>All sections of a query as one condition on the runs under the alias <c>tr</c>; null without criteria.</summary>
    internal static string? Criteria(Conditions on, Query query) => Conditions.Join(
        null,
        RunCriteria.Of(on, "tr", query.TaskRuns),
        RunCriteria.OfFlow(on, on.Column("tr.flow_id"), query.Flows),
        OfFlowRuns(on, "fr.id from flow_run fr", RunCriteria.Of(on, "fr", query.FlowRuns)),
        OfFlowRuns(on, "fr.id from flow_run fr join deployment d on d.id = fr.deployment_id", WorkCriteria.Of(on, "d", query.Deployments)),
        OfFlowRuns(
            on,
            "fr.id from flow_run fr join work_queue wq on wq.id = fr.work_queue_id join work_pool wp on wp.id = wq.work_pool_id",
            WorkCriteria.Of(on, "wp", query.WorkPools)),
        OfFlowRuns(
            on, "fr.id from flow_run fr join work_queue wq on wq.id = fr.work_queue_id", WorkCriteria.Of(on, "wq", query.WorkPoolQueues ?? query.WorkQueues)));

    // flow runs that own few of the newest task runs have few in all: one by one they are found sooner than all task runs are read
    private static string? OfFlowRuns(Conditions on, string from, string? criteria) => criteria switch
    {
        null => null,
        _ when on.FindsFew => on.Dialect.OneByOne("tr.flow_run_id", $"select {from} where {criteria}"),
        // SQLite would list all those flow runs first, and makes that of an "exists" too
        _ when on.InOrder && ReferenceEquals(on.Dialect, Dialect.Sqlite) => $"(select {from} where fr.id = tr.flow_run_id and {criteria}) is not null",
        _ => RunCriteria.In("tr.flow_run_id", from, criteria),
    };

    internal static TaskRun Read(Row row, DateTimeOffset now)
    {
        var (expected, start, end, type) = (row.TimeOrNull(19), row.TimeOrNull(21), row.TimeOrNull(22), StateRows.TypeOrNull(row, 15));
        return new()
        {
            Id = row.Id(0),
            Created = row.Time(1),
            Updated = row.Time(2),
            Name = row.Text(3),
            FlowRunId = row.IdOrNull(4),
            TaskKey = row.Text(5),
            DynamicKey = row.Text(6),
            CacheKey = row.TextOrNull(7),
            CacheExpiration = row.TimeOrNull(8),
            TaskVersion = row.TextOrNull(9),
            EmpiricalPolicy = row.Json<TaskRunPolicy>(10),
            Tags = row.Json<IReadOnlyList<string>>(11),
            Labels = row.Element(12),
            TaskInputs = row.Element(13),
            StateId = row.IdOrNull(14),
            StateType = type,
            StateName = row.TextOrNull(16),
            RunCount = row.Int(17),
            FlowRunRunCount = row.Int(18),
            ExpectedStartTime = expected,
            NextScheduledStartTime = row.TimeOrNull(20),
            StartTime = start,
            EndTime = end,
            TotalRunTime = row.Real(23),
            EstimatedRunTime = Projection.EstimatedRunTime(row.Real(23), type, row.TimeOrNull(24), now),
            EstimatedStartTimeDelta = Projection.EstimatedStartTimeDelta(start, expected, end, now),
            State = StateRows.ReadOrNull(row, 25),
        };
    }

    internal static NewTaskRun New(TaskRunCreate body, DateTimeOffset now) => new()
    {
        Id = body.Id ?? Ids.New(now),
        Name = body.Name is { Length: > 0 } name ? name : $"{body.TaskKey}-{body.DynamicKey}",
        TaskKey = body.TaskKey,
        DynamicKey = body.DynamicKey,
        FlowRunId = body.FlowRunId,
        State = body.State,
        CacheKey = body.CacheKey,
        CacheExpiration = body.CacheExpiration,
        TaskVersion = body.TaskVersion,
        Policy = body.EmpiricalPolicy ?? new(),
        Tags = body.Tags ?? [],
        Labels = Object(body.Labels),
        TaskInputs = Object(body.TaskInputs),
    };

    private static JsonElement Object(JsonElement? given) => given is { ValueKind: JsonValueKind.Object } element ? element : WireJson.EmptyObject;
}
