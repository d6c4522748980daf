using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary>A task run as the orchestrator loads it, locked against other writers until its transaction ends.</summary>
internal sealed record LoadedTaskRun
{
    private const string Sql = $"""
        select tr.id, tr.name, tr.tags, tr.empirical_policy, tr.run_count, tr.expected_start_time, tr.next_scheduled_start_time, tr.start_time, tr.end_time,
            tr.total_run_time, tr.flow_run_run_count, tr.flow_run_id, fr.name, fr.state_type, fr.run_count, fs.state_details, f.id, f.name, f.tags,
            {StateRows.Columns}, {StoredLease.Columns},
            exists (select 1 from concurrency_lease cl where cl.holder_id = tr.id)
        from task_run tr
        left join flow_run fr on fr.id = tr.flow_run_id
        left join flow f on f.id = fr.flow_id
        left join flow_run_state fs on fs.id = fr.state_id and fr.state_type = 'PAUSED'
        left join task_run_state s on s.id = tr.state_id
        left join flow_run_lease l on l.flow_run_id = tr.flow_run_id
        where tr.id = @id
        """;

    internal required Guid Id { get; init; }

    internal required string Name { get; init; }

    internal required IReadOnlyList<string> Tags { get; init; }

    internal required TaskRunPolicy Policy { get; init; }

    internal required Projection Run { get; init; }

    internal int FlowRunRunCount { get; init; }

    internal State? State { get; init; }

    internal Guid? FlowRunId { get; init; }

    internal string? FlowRunName { get; init; }

    internal EnclosingFlowRun? FlowRun { get; init; }

    internal NamedResource? Flow { get; init; }

    /// <summary>The lease of the flow run.</summary>
    internal StoredLease? Lease { get; init; }

    /// <summary>Whether its end has slots to give back.</summary>
    internal bool HoldsSlots { get; init; }

    internal static async ValueTask<LoadedTaskRun?> LoadAsync(Session session, Guid id)
    {
        await session.LockAsync("task_run", id).ConfigureAwait(false);
        return await session.QueryFirstAsync(Sql, Read, ("id", id)).ConfigureAwait(false);
    }

    private static LoadedTaskRun Read(Row row) => new()
    {
        Id = row.Id(0),
        Name = row.Text(1),
        Tags = row.Json<IReadOnlyList<string>>(2),
        Policy = row.Json<TaskRunPolicy>(3),
        Run = new Projection
        {
            RunCount = row.Int(4),
            ExpectedStartTime = row.TimeOrNull(5),
            NextScheduledStartTime = row.TimeOrNull(6),
            StartTime = row.TimeOrNull(7),
            EndTime = row.TimeOrNull(8),
            TotalRunTime = row.Real(9),
        },
        FlowRunRunCount = row.Int(10),
        FlowRunId = row.IdOrNull(11),
        FlowRunName = row.TextOrNull(12),
        FlowRun = row.IsNull(11) ? null : ReadFlowRun(row),
        Flow = row.IsNull(16) ? null : new(row.Id(16), row.Text(17), row.Json<IReadOnlyList<string>>(18)),
        State = StateRows.ReadOrNull(row, 19),
        Lease = StoredLease.ReadOrNull(row, 19 + StateRows.ColumnCount),
        HoldsSlots = row.Flag(19 + StateRows.ColumnCount + StoredLease.ColumnCount),
    };

    private static EnclosingFlowRun ReadFlowRun(Row row)
    {
        var pause = row.JsonOrNull<StateDetails>(15);
        return new(row.Id(11), StateRows.TypeOrNull(row, 13), row.Int(14), pause?.PauseTimeout, pause?.PauseReschedule ?? false);
    }
}
