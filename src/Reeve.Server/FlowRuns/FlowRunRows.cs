using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>Reads flow runs as the wire has them.</summary>
internal static class FlowRunRows
{
    /// <summary>Follows "select"; <see cref="Read"/> reads it. The table stands under the alias <c>fr</c>.</summary>
    internal const string Select = $"""
        {Own}, rwp.id, rwp.name, {StateRows.Columns}
        from flow_run fr
        left join flow_run_state s on s.id = fr.state_id
        left join work_queue rwq on rwq.id = fr.work_queue_id
        left join work_pool rwp on rwp.id = rwq.work_pool_id
        """;

    /// <summary>Follows "select"; <see cref="ReadOfPool"/> reads it.</summary>
    internal const string SelectOfPool = $"{Own} from flow_run fr";

    private const string Own = """
        fr.id, fr.created, fr.updated, fr.name, fr.flow_id, fr.state_id, fr.deployment_id, fr.deployment_version, fr.work_queue_id, fr.work_queue_name, fr.flow_version,
        fr.parameters, fr.idempotency_key, fr.context, fr.empirical_policy, fr.tags, fr.labels, fr.parent_task_run_id, fr.state_type, fr.state_name, fr.run_count,
        fr.expected_start_time, fr.next_scheduled_start_time, fr.start_time, fr.end_time, fr.total_run_time, fr.auto_scheduled, fr.infrastructure_document_id,
        fr.infrastructure_pid, fr.created_by, fr.job_variables, fr.state_timestamp
        """;

    internal static FlowRun Read(Row row, DateTimeOffset now) => Read(row, now, row.IdOrNull(32), row.TextOrNull(33), StateRows.ReadOrNull(row, 34));

    /// <summary>A run of a pool that is known, without its state: of 200 of them, looking up and reading these took a quarter of the time.</summary>
    internal static FlowRun ReadOfPool(Row row, DateTimeOffset now, Guid poolId, string poolName) => Read(row, now, poolId, poolName, null);

    private static FlowRun Read(Row row, DateTimeOffset now, Guid? poolId, string? poolName, State? state)
    {
        var (expected, start, end, type) = (row.TimeOrNull(21), row.TimeOrNull(23), row.TimeOrNull(24), StateRows.TypeOrNull(row, 18));
        return new()
        {
            Id = row.Id(0),
            Created = row.Time(1),
            Updated = row.Time(2),
            Name = row.Text(3),
            FlowId = row.Id(4),
            StateId = row.IdOrNull(5),
            DeploymentId = row.IdOrNull(6),
            DeploymentVersion = row.TextOrNull(7),
            WorkQueueId = row.IdOrNull(8),
            WorkQueueName = row.TextOrNull(9),
            FlowVersion = row.TextOrNull(10),
            Parameters = row.Element(11),
            IdempotencyKey = row.TextOrNull(12),
            Context = row.Element(13),
            EmpiricalPolicy = row.Json<FlowRunPolicy>(14),
            Tags = row.Json<IReadOnlyList<string>>(15),
            Labels = row.Element(16),
            ParentTaskRunId = row.IdOrNull(17),
            StateType = type,
            StateName = row.TextOrNull(19),
            RunCount = row.Int(20),
            ExpectedStartTime = expected,
            NextScheduledStartTime = row.TimeOrNull(22),
            StartTime = start,
            EndTime = end,
            TotalRunTime = row.Real(25),
            EstimatedRunTime = Projection.EstimatedRunTime(row.Real(25), type, row.TimeOrNull(31), now),
            EstimatedStartTimeDelta = Projection.EstimatedStartTimeDelta(start, expected, end, now),
            AutoScheduled = row.Flag(26),
            InfrastructureDocumentId = row.IdOrNull(27),
            InfrastructurePid = row.TextOrNull(28),
            CreatedBy = row.JsonOrNull<CreatedBy>(29),
            JobVariables = row.Element(30),
            WorkPoolId = poolId,
            WorkPoolName = poolName,
            State = state,
        };
    }
}
