using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;

namespace Reeve.Server.Graphs;

/// <summary>What the graph of a flow run is made of.</summary>
internal sealed class FlowRunGraphStore(TimeProvider clock)
{
    /// <summary>A graph of more nodes is refused.</summary>
    internal const int MostNodes = 10_000;

    private const int MostArtifacts = 10_000;

    /// <summary>Null where there is no such flow run. More nodes than <see cref="MostNodes"/> mean that it has too many.</summary>
    internal async ValueTask<Graph?> ReadAsync(Session session, Guid flowRunId, DateTimeOffset since)
    {
        var times = await session.QueryFirstAsync(
            "select coalesce(start_time, expected_start_time), end_time from flow_run where id = @id",
            static row => new RunTimes(row.TimeOrNull(0), row.TimeOrNull(1)),
            ("id", flowRunId)).ConfigureAwait(false);
        if (times is null)
            return null;
        var tasks = await TasksAsync(session, flowRunId).ConfigureAwait(false);
        var artifacts = await ArtifactsAsync(session, flowRunId).ConfigureAwait(false);
        var nodes = FlowRunGraph.Nodes(tasks, task => [.. artifacts[task]]).FindAll(node => node.EndTime is null || node.EndTime >= since);
        var states = await session.QueryAsync(
            "select s.id, s.timestamp, s.type, s.name from flow_run_state s where s.flow_run_id = @id order by s.timestamp",
            static row => new GraphState(row.Id(0), row.Time(1), StateRows.Type(row.Text(2)), row.Text(3)),
            ("id", flowRunId)).ConfigureAwait(false);
        return new(times.Start, times.End, [.. nodes.Where(node => node.Parents.Count == 0).Select(node => node.Id)], nodes, [.. artifacts[null]], states);
    }

    /// <summary>The task runs with what each waited for; null where there is no such flow run.</summary>
    internal async ValueTask<List<Dependency>?> DependenciesAsync(Session session, Guid flowRunId)
    {
        if (await session.ScalarAsync("select count(*) from flow_run where id = @id", ("id", flowRunId)).ConfigureAwait(false) == 0)
            return null;
        var now = clock.Now();
        return await session.QueryAsync(
            $"select {TaskRunsStore.Select} where tr.flow_run_id = @id order by tr.id desc", row => Dependency(TaskRunsStore.Read(row, now)), ("id", flowRunId)).ConfigureAwait(false);
    }

    // one task run more than a graph may have tells that it is too large
    private static ValueTask<List<GraphTask>> TasksAsync(Session session, Guid flowRunId) => session.QueryAsync(
        """
        select tr.id, sub.id, coalesce(f.name || ' / ' || sub.name, tr.name), coalesce(sub.state_type, tr.state_type),
            coalesce(sub.start_time, sub.expected_start_time, tr.start_time, tr.expected_start_time),
            coalesce(sub.end_time, tr.end_time, case when tr.state_type = 'COMPLETED' then tr.expected_start_time end), tr.task_inputs
        from task_run tr left join flow_run sub on sub.parent_task_run_id = tr.id left join flow f on f.id = sub.flow_id
        where tr.flow_run_id = @id and coalesce(sub.start_time, sub.expected_start_time, tr.start_time, tr.expected_start_time) is not null
        limit @most
        """,
        static row => new GraphTask(row.Id(0), row.IdOrNull(1), row.Text(2), StateRows.TypeOrNull(row, 3), row.Time(4), row.TimeOrNull(5), row.Element(6)),
        ("id", flowRunId), ("most", MostNodes + 1));

    /// <summary>A flow run's artifacts by the task run that made them, null: the flow itself. Results are none to look at; only a progress is small enough to be sent along.</summary>
    private static async ValueTask<ILookup<Guid?, GraphArtifact>> ArtifactsAsync(Session session, Guid flowRunId)
    {
        var artifacts = await session.QueryAsync(
            """
            select a.task_run_id, a.id, a.created, a.key, a.type, case when a.key is null or c.id is not null then 1 else 0 end, case when a.type = 'progress' then a.data end
            from artifact a left join artifact_collection c on c.latest_id = a.id
            where a.flow_run_id = @id and a.type <> 'result' order by a.created, a.id limit @most
            """,
            static row => (TaskRun: row.IdOrNull(0), Artifact: new GraphArtifact(row.Id(1), row.Time(2), row.TextOrNull(3), row.TextOrNull(4), row.Int(5) == 1, row.ElementOrNull(6))),
            ("id", flowRunId), ("most", MostArtifacts)).ConfigureAwait(false);
        return artifacts.ToLookup(found => found.TaskRun, found => found.Artifact);
    }

    private static Dependency Dependency(TaskRun run) => new(
        run.Id, run.Name, [.. FlowRunGraph.Inputs(run.TaskInputs, "task_run").Select(input => input.Id).Distinct().Select(id => new DependencyInput(id))],
        run.State, run.ExpectedStartTime, run.StartTime, run.EndTime, run.TotalRunTime, run.EstimatedRunTime, run.State?.StateDetails.UntrackableResult ?? false);

    private sealed record RunTimes(DateTimeOffset? Start, DateTimeOffset? End);
}
