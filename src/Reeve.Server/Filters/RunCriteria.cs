using Reeve.Protocol.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.Filters;

/// <summary>The criteria on flows and runs as SQL, given the alias under which their table stands in the query.</summary>
internal static class RunCriteria
{
    internal static string? Of(Conditions on, string alias, FlowFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name),
        Criteria.Of(on, $"{alias}.tags", filter.Tags),
        filter.Deployment?.IsNull is { } none ? $"{(none ? "not " : "")}exists (select 1 from deployment fd where fd.flow_id = {alias}.id)" : null);

    /// <summary>Criteria on the flow that a column names. One flow by its id needs no look at the flows.</summary>
    internal static string? OfFlow(Conditions on, string column, FlowFilter? filter) => filter switch
    {
        { Id: { Any: { Count: 1 } one, NotAny: null }, Name: null, Tags: null, Deployment: null } => Criteria.AnyOf(on, column, one),
        _ => In(column, "f.id from flow f", Of(on, "f", filter)),
    };

    /// <summary>A column's value is among those of the rows that meet the criteria; null without criteria. The inner query is run once.</summary>
    internal static string? In(string column, string from, string? criteria) =>
        criteria is null ? null : $"{column} in (select {from} where {criteria})";

    internal static string? Of(Conditions on, string alias, FlowRunFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name),
        Criteria.Of(on, $"{alias}.tags", filter.Tags),
        Criteria.Of(on, $"{alias}.deployment_id", filter.DeploymentId),
        Criteria.Of(on, $"{alias}.work_queue_name", filter.WorkQueueName),
        Criteria.Of(on, alias, filter.State),
        Criteria.Of(on, $"{alias}.flow_version", filter.FlowVersion),
        Criteria.Of(on, $"{alias}.start_time", filter.StartTime),
        Criteria.Of(on, $"{alias}.end_time", filter.EndTime),
        Criteria.Of(on, $"{alias}.expected_start_time", filter.ExpectedStartTime),
        Criteria.Of(on, $"{alias}.next_scheduled_start_time", filter.NextScheduledStartTime),
        ParentFlowRun(on, alias, filter.ParentFlowRunId),
        Criteria.Of(on, $"{alias}.parent_task_run_id", filter.ParentTaskRunId),
        Criteria.Of(on, $"{alias}.idempotency_key", filter.IdempotencyKey),
        Criteria.Of(on, $"{alias}.created_by", filter.CreatedBy));

    internal static string? Of(Conditions on, string alias, TaskRunFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name),
        Criteria.Of(on, $"{alias}.tags", filter.Tags),
        Criteria.Of(on, alias, filter.State),
        Criteria.Of(on, $"{alias}.start_time", filter.StartTime),
        Criteria.Of(on, $"{alias}.end_time", filter.EndTime),
        Criteria.Of(on, $"{alias}.expected_start_time", filter.ExpectedStartTime),
        Criteria.Of(on, $"{alias}.flow_run_id", filter.FlowRunId),
        filter.SubflowRuns?.Exists is { } wanted ? $"{(wanted ? "" : "not ")}exists (select 1 from flow_run sub where sub.parent_task_run_id = {alias}.id)" : null);

    // a subflow's run points to the task run that stands for it in its parent
    private static string? ParentFlowRun(Conditions on, string alias, AnyOf<Guid>? filter) => filter?.Any is { } any
        ? $"{alias}.parent_task_run_id in (select ptr.id from task_run ptr where {on.Dialect.AnyId("ptr.flow_run_id", on.Bind(any.ToArray()))})"
        : null;
}
