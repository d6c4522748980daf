using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Filters;
using Reeve.Server.Orchestration;
using Reeve.Server.RunHistory;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>The flow runs' SQL, but for their states, which only the orchestrator writes.</summary>
internal sealed class FlowRunsStore(Orchestrator orchestrator, TimeProvider clock)
{
    private readonly NewestRows newest = new(clock);

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["ID_DESC"] = "fr.id desc",
        ["START_TIME_ASC"] = "coalesce(fr.start_time, fr.expected_start_time), fr.id",
        ["START_TIME_DESC"] = "coalesce(fr.start_time, fr.expected_start_time) desc, fr.id desc",
        ["EXPECTED_START_TIME_ASC"] = "fr.expected_start_time, fr.id",
        ["EXPECTED_START_TIME_DESC"] = "fr.expected_start_time desc, fr.id desc",
        ["NAME_ASC"] = "fr.name, fr.id",
        ["NAME_DESC"] = "fr.name desc, fr.id desc",
        ["NEXT_SCHEDULED_START_TIME_ASC"] = "fr.next_scheduled_start_time nulls last, fr.id",
        ["END_TIME_DESC"] = "fr.end_time desc nulls last, fr.id desc",
    };

    // orders by the time a run is of, in which what a filter finds is mostly near the beginning
    private static readonly Dictionary<string, string> Newest = new(StringComparer.Ordinal)
    {
        ["START_TIME_DESC"] = "coalesce(fr.start_time, fr.expected_start_time)",
        ["EXPECTED_START_TIME_DESC"] = "fr.expected_start_time",
        ["ID_DESC"] = "fr.id", // made of the time
    };

    /// <summary>"order by …" of the runs under the alias <c>fr</c>.</summary>
    internal static string Order(string? sort) => Page.Order(sort, "ID_DESC", Orders);

    /// <summary>Stores a run in its first state. A known idempotency key, or fire time of a schedule, answers with the run that has it.</summary>
    /// <exception cref="StorageException">The flow does not exist (a foreign key violation).</exception>
    internal async ValueTask<(FlowRun Run, bool IsNew)> CreateAsync(Session session, NewFlowRun run) =>
        await orchestrator.AddFlowRunAsync(session, run).ConfigureAwait(false) is { } added
            ? (Served(run with { Labels = added.Labels }, added.State, added.Run, added.Facts), true)
            : (await ReadTwinAsync(session, run).ConfigureAwait(false), false);

    internal ValueTask<FlowRun?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {FlowRunRows.Select} where fr.id = @id", row => FlowRunRows.Read(row, clock.Now()), ("id", id));

    internal async ValueTask<List<FlowRun>> FilterAsync(Session session, Query query)
    {
        query = await PlacedAsync(session, query).ConfigureAwait(false);
        if (!Newest.TryGetValue(query.Sort ?? "ID_DESC", out var time) || !IsHard(query, time))
            return await FilterAsync(session, query, since: null).ConfigureAwait(false);
        // What no index finds, or only in another order, is looked for among the newest runs first: either they fill the page, or what is sought is rare.
        var since = await newest.SinceAsync(session, time, "flow_run fr", Order(query.Sort), query.FlowRuns?.Name?.Like is null ? NewestRuns : NewestNames).ConfigureAwait(false);
        if (since is { } from)
        {
            var found = await FilterAsync(session, query, (time, from)).ConfigureAwait(false);
            if (found.Count >= (query.Limit ?? Page.Standard))
                return found;
        }
        return await FilterAsync(session, query, since: null, rare: since is not null).ConfigureAwait(false);
    }

    /// <summary>How many runs count as the newest.</summary>
    internal int NewestRuns { get; init; } = 10_000;

    private int NewestNames => NewestRuns / 5; // what is less frequent is found among the names alone

    private static bool IsHard(Query query, string time) =>
        query is { TaskRuns: not null } or { WorkQueues: not null } or { Deployments: not null } or { Flows: { Id: null } }
            or { FlowRuns: { Name.Like: not null } or { Tags: not null } or { DeploymentId: not null } or { CreatedBy: not null } or { State: not null } }
        || (query.FlowRuns?.ExpectedStartTime is not null && time != "fr.expected_start_time");

    private async ValueTask<List<FlowRun>> FilterAsync(Session session, Query query, (string Time, SqlValue From)? since, bool rare = false)
    {
        var (on, now, order) = (new Conditions(session.Dialect) { InOrder = since is not null, Along = since?.Time }, clock.Now(), Order(query.Sort));
        var where = Conditions.Where(
            Criteria(on, query),
            since is { } from ? $"{from.Time} >= @{on.Bind(from.From)}" : null,
            rare && query.FlowRuns is { Operator: not "or_", Name.Like: { } like }
                ? await FlowRunNames.FindAsync(session, on, query.FlowRuns).ConfigureAwait(false) ?? session.Dialect.RunsNamed("fr", on.Holds("n.name", like))
                : null);
        var all = rare && session.Dialect.Whole is { Length: > 0 } whole ? $"(select fr.* from flow_run fr {where} {whole}) fr" : $"flow_run fr {where}";
        // the page is found by ids alone: what is sorted is small, and only its rows are read whole
        return await session.QueryAsync(
            $"select {FlowRunRows.Select} where fr.id in (select fr.id from {all} {order} {Page.Sql(query)}) {order}",
            row => FlowRunRows.Read(row, now),
            on.Parameters).ConfigureAwait(false);
    }

    internal async ValueTask<long> CountAsync(Session session, Query query)
    {
        query = await PlacedAsync(session, query).ConfigureAwait(false);
        var on = new Conditions(session.Dialect);
        if (OneTag(query) is { Length: <= LongestTag } tag && session.Dialect.CountOfTag(on.Bind(tag)) is { } tagged)
            return await session.ScalarAsync(tagged, on.Parameters).ConfigureAwait(false);
        if (IsOfRuns(query) && StartRange.Of(query.FlowRuns) is { } range)
            return await RunHistoryStore.CountAsync(session, query.FlowRuns!, range).ConfigureAwait(false);
        return RunHistoryStore.IsByState(query)
            ? await RunHistoryStore.CountAsync(session, query.FlowRuns?.State).ConfigureAwait(false)
            : await session.ScalarAsync(
                $"select count(*) from flow_run fr {Conditions.Where(Criteria(on, query), await FlowRunNames.FindAsync(session, on, query.FlowRuns).ConfigureAwait(false))}",
                on.Parameters).ConfigureAwait(false);
    }

    private const int LongestTag = 600; // longer ones are in no sum of PostgreSQL

    private static bool IsOfRuns(Query query) => query with { FlowRuns = null } == new Query { Sort = query.Sort, Limit = query.Limit, Offset = query.Offset, Page = query.Page };

    /// <summary>The tag, where a query asks for the runs that have it and for nothing else.</summary>
    private static string? OneTag(Query query) => IsOfRuns(query)
        && query.FlowRuns is { Tags: { IsNull: null } tags } && query.FlowRuns with { Tags = null, Operator = null } == new FlowRunFilter()
            ? (tags.All, tags.Any) switch
            {
                ({ Count: 1 } all, null) => all[0],
                (null, { Count: 1 } any) => any[0],
                _ => null,
            }
            : null;

    /// <summary>Criteria on pools and queues become the ids of queues, of which there are few: a database then knows how many runs it is going to find.</summary>
    internal static async ValueTask<Query> PlacedAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        if (Conditions.Join(null, WorkCriteria.Of(on, "wp", query.WorkPools), WorkCriteria.Of(on, "wq", query.WorkPoolQueues ?? query.WorkQueues)) is not { } place)
            return query with { WorkPools = null, WorkPoolQueues = null, WorkQueues = null };
        var queues = await session.QueryAsync(
            $"select wq.id from work_queue wq join work_pool wp on wp.id = wq.work_pool_id where {place}", static row => row.Id(0), on.Parameters).ConfigureAwait(false);
        return query with { WorkPools = null, WorkPoolQueues = null, WorkQueues = new() { Id = new() { Any = queues } } };
    }

    /// <summary>The ids of a page.</summary>
    internal ValueTask<List<Guid>> FindAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync(
            $"select fr.id from flow_run fr {Where(on, query)} {Order(query.Sort)} {Page.Sql(query)}", static row => row.Id(0), on.Parameters);
    }

    /// <summary>The average seconds by which runs began late, or are late; null without runs.</summary>
    internal async ValueTask<double?> LatenessAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var where = Where(on, await PlacedAsync(session, query).ConfigureAwait(false));
        var lateness = RunSums.Lateness(session.Dialect, "fr", on.Bind(clock.Now()));
        return await session.QueryFirstAsync($"select avg({lateness}) from flow_run fr {where}", static row => row.RealOrNull(0), on.Parameters).ConfigureAwait(false);
    }

    internal async ValueTask<bool> UpdateAsync(Session session, Guid id, FlowRunUpdate update)
    {
        List<string> sets = ["updated = @now"];
        List<(string Name, SqlValue Value)> values = [("id", id), ("now", clock.Now())];
        Set(update.Name.IsGiven && update.Name.Value is not null, "name", update.Name.Value);
        Set(update.FlowVersion.IsGiven, "flow_version", update.FlowVersion.Value);
        Set(update.Parameters.IsGiven, "parameters", update.Parameters.Value is { ValueKind: JsonValueKind.Object } parameters ? parameters : WireJson.EmptyObject);
        Set(update.EmpiricalPolicy.IsGiven && update.EmpiricalPolicy.Value is not null, "empirical_policy", SqlValue.Json(update.EmpiricalPolicy.Value));
        Set(update.Tags.IsGiven, "tags", SqlValue.Json(update.Tags.Value ?? []));
        Set(update.InfrastructurePid.IsGiven, "infrastructure_pid", update.InfrastructurePid.Value);
        Set(update.JobVariables.IsGiven, "job_variables", update.JobVariables.Value is { ValueKind: JsonValueKind.Object } variables ? variables : WireJson.EmptyObject);
        return await session.ExecuteAsync($"update flow_run set {string.Join(", ", sets)} where id = @id", [.. values]).ConfigureAwait(false) == 1;

        void Set(bool isGiven, string column, SqlValue value)
        {
            if (!isGiven)
                return;
            sets.Add($"{column} = @{column}");
            values.Add((column, value));
        }
    }

    /// <summary>Adds labels; a label that is there already gets the new value.</summary>
    internal async ValueTask<bool> AddLabelsAsync(Session session, Guid id, Dictionary<string, JsonElement> added)
    {
        var labels = await session.QueryFirstAsync(
            $"select labels from flow_run where id = @id {session.Dialect.ForUpdate}", static row => row.Json<Dictionary<string, JsonElement>>(0), ("id", id)).ConfigureAwait(false);
        if (labels is null)
            return false;
        labels = new(labels); // what a row gave is not ours to change
        foreach (var (key, value) in added)
            labels[key] = value;
        await session.ExecuteAsync(
            "update flow_run set updated = @now, labels = @labels where id = @id", ("now", clock.Now()), ("labels", SqlValue.Json(labels)), ("id", id)).ConfigureAwait(false);
        return true;
    }

    internal async ValueTask<bool> DeleteAsync(Session session, Guid id)
    {
        // lines that speak of no run there is stay
        if (await session.ExecuteAsync("delete from flow_run where id = @id", ("id", id)).ConfigureAwait(false) == 0)
            return false;
        await session.ExecuteAsync("delete from log where flow_run_id = @id", ("id", id)).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<FlowRun> ReadTwinAsync(Session session, NewFlowRun run) => await session.QueryFirstAsync(
        $"""
        select {FlowRunRows.Select}
        where (fr.flow_id = @flow and fr.idempotency_key = @key) or (fr.schedule_id = @schedule and fr.scheduled_for = @fires) or fr.id = @id
        """,
        row => FlowRunRows.Read(row, clock.Now()),
        ("flow", run.FlowId), ("key", run.IdempotencyKey), ("schedule", run.ScheduleId), ("fires", run.ScheduledFor), ("id", run.Id)).ConfigureAwait(false)
        ?? throw new InvalidOperationException($"The flow run {run.Id} was refused as known, but nothing like it is there.");

    private static FlowRun Served(NewFlowRun run, State state, Projection sums, RunFacts facts) => new()
    {
        Id = run.Id,
        Created = state.Timestamp,
        Updated = state.Timestamp,
        Name = run.Name,
        FlowId = run.FlowId,
        StateId = state.Id,
        DeploymentId = run.DeploymentId,
        DeploymentVersion = run.DeploymentVersion,
        WorkQueueId = run.WorkQueueId,
        WorkQueueName = run.WorkQueueName,
        FlowVersion = run.FlowVersion,
        Parameters = run.Parameters,
        IdempotencyKey = run.IdempotencyKey,
        Context = run.Context,
        EmpiricalPolicy = run.Policy,
        Tags = run.Tags,
        Labels = run.Labels,
        ParentTaskRunId = run.ParentTaskRunId,
        StateType = state.Type,
        StateName = state.Name,
        RunCount = sums.RunCount,
        ExpectedStartTime = sums.ExpectedStartTime,
        NextScheduledStartTime = sums.NextScheduledStartTime,
        StartTime = sums.StartTime,
        EndTime = sums.EndTime,
        AutoScheduled = run.AutoScheduled,
        InfrastructureDocumentId = run.InfrastructureDocumentId,
        CreatedBy = run.CreatedBy,
        JobVariables = run.JobVariables,
        WorkPoolId = facts.WorkPool?.Id,
        WorkPoolName = facts.WorkPool?.Name,
        State = state,
    };

    private static string Where(Conditions on, Query query) => Conditions.Where(Criteria(on, query));

    /// <summary>All sections of a query as one condition on the runs under the alias <c>fr</c>; null without criteria.</summary>
    internal static string? Criteria(Conditions on, Query query) => Conditions.Join(
        null,
        RunCriteria.Of(on, "fr", query.FlowRuns),
        RunCriteria.OfFlow(on, "fr.flow_id", query.Flows),
        RunCriteria.In("fr.id", "tr.flow_run_id from task_run tr", RunCriteria.Of(on, "tr", query.TaskRuns)),
        RunCriteria.OfDeployment(on, "fr.deployment_id", query.Deployments),
        RunCriteria.In("fr.work_queue_id", "wq.id from work_queue wq join work_pool wp on wp.id = wq.work_pool_id", WorkCriteria.Of(on, "wp", query.WorkPools)),
        (query.WorkPoolQueues ?? query.WorkQueues) switch
        {
            { Name: null, Id: { Any: { } ids, NotAny: null } } => Filters.Criteria.AnyOf(on, on.InOrder ? on.Dialect.Unindexed("fr.work_queue_id") : "fr.work_queue_id", ids),
            var queues => RunCriteria.In("fr.work_queue_id", "wq.id from work_queue wq", WorkCriteria.Of(on, "wq", queues)),
        });
}
