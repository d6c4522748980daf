using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.FlowRuns;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary>A flow run as the orchestrator loads it, locked against other writers until its transaction ends.</summary>
internal sealed record LoadedFlowRun
{
    private const string Sql = $"""
        select fr.id, fr.name, fr.tags, fr.empirical_policy, fr.run_count, fr.expected_start_time, fr.next_scheduled_start_time, fr.start_time, fr.end_time,
            fr.total_run_time, fr.parent_task_run_id, fr.infrastructure_pid, fr.created_by, {RunFacts.Columns}, {StateRows.Columns}, {StoredLease.Columns},
            d.concurrency_limit_id, d.concurrency_options, exists (select 1 from concurrency_lease cl where cl.flow_run_id = fr.id)
        from flow_run fr {RunFacts.Joins}
        left join flow_run_state s on s.id = fr.state_id
        left join flow_run_lease l on l.flow_run_id = fr.id
        where fr.id = @id
        """;

    private const int LimitColumn = 13 + RunFacts.ColumnCount + StateRows.ColumnCount + StoredLease.ColumnCount;

    internal required Guid Id { get; init; }

    internal required string Name { get; init; }

    internal required IReadOnlyList<string> Tags { get; init; }

    internal required FlowRunPolicy Policy { get; init; }

    internal required Projection Run { get; init; }

    internal required RunFacts Facts { get; init; }

    internal State? State { get; init; }

    internal Guid? ParentTaskRunId { get; init; }

    internal string? InfrastructurePid { get; init; }

    internal CreatedBy? CreatedBy { get; init; }

    internal StoredLease? Lease { get; init; }

    /// <summary>The limit of the run's deployment.</summary>
    internal DeploymentLimit? Limit { get; init; }

    /// <summary>Whether its end has slots to give back.</summary>
    internal bool HoldsSlots { get; init; }

    internal static async ValueTask<LoadedFlowRun?> LoadAsync(Session session, Guid id)
    {
        await session.LockAsync("flow_run", id).ConfigureAwait(false);
        return await session.QueryFirstAsync(Sql, Read, ("id", id)).ConfigureAwait(false);
    }

    private static LoadedFlowRun Read(Row row) => new()
    {
        Id = row.Id(0),
        Name = row.Text(1),
        Tags = row.Json<IReadOnlyList<string>>(2),
        Policy = row.Json<FlowRunPolicy>(3),
        Run = new Projection
        {
            RunCount = row.Int(4),
            ExpectedStartTime = row.TimeOrNull(5),
            NextScheduledStartTime = row.TimeOrNull(6),
            StartTime = row.TimeOrNull(7),
            EndTime = row.TimeOrNull(8),
            TotalRunTime = row.Real(9),
        },
        ParentTaskRunId = row.IdOrNull(10),
        InfrastructurePid = row.TextOrNull(11),
        CreatedBy = row.JsonOrNull<CreatedBy>(12),
        Facts = RunFacts.Read(row, 13),
        State = StateRows.ReadOrNull(row, 13 + RunFacts.ColumnCount),
        Lease = StoredLease.ReadOrNull(row, 13 + RunFacts.ColumnCount + StateRows.ColumnCount),
        Limit = row.IsNull(LimitColumn) ? null : new(row.Id(LimitColumn), row.JsonOrNull<ConcurrencyOptions>(LimitColumn + 1)),
        HoldsSlots = row.Flag(LimitColumn + 2),
    };
}
