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

    /// <summary>Criteria on the deployment that a column names. Deployments by their ids need no look at the deployments.</summary>
    internal static string? OfDeployment(Conditions on, string column, DeploymentFilter? filter) => filter switch
    {
        { Id: { Any: { } ids, NotAny: null } } when filter with { Id = null, Operator = null } == new DeploymentFilter() => Criteria.AnyOf(on, on.Column(column), ids),
        _ => In(column, "d.id from deployment d", WorkCriteria.Of(on, "d", filter)),
    };

    /// <summary>A column's value is among those of the rows that meet the criteria; null without criteria. The inner query is run once.</summary>
    internal static string? In(string column, string from, string? criteria) =>
        criteria is null ? null : $"{column} in (select {from} where {criteria})";

    internal static string? Of(Conditions on, string alias, FlowRunFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name),
        Tags(on, alias, filter.Tags),
        Criteria.Of(on, on.Column($"{alias}.deployment_id"), filter.DeploymentId),
        Criteria.Of(on, $"{alias}.work_queue_name", filter.WorkQueueName),
        Criteria.Of(on, alias, filter.State, on.InOrder),
        Criteria.Of(on, $"{alias}.flow_version", filter.FlowVersion),
        Criteria.Of(on, $"{alias}.start_time", filter.StartTime),
        Criteria.Of(on, on.Column($"{alias}.end_time"), filter.EndTime),
        Criteria.Of(on, on.Column($"{alias}.expected_start_time"), filter.ExpectedStartTime),
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
        // where the time of the start is bounded, its index holds the states too
        Criteria.Of(on, alias, filter.State, on.InOrder || filter.StartTime is { After: not null } or { Before: not null }),
        Criteria.Of(on, on.Column($"{alias}.start_time"), filter.StartTime),
        Criteria.Of(on, on.Column($"{alias}.end_time"), filter.EndTime),
        Criteria.Of(on, on.Column($"{alias}.expected_start_time"), filter.ExpectedStartTime),
        Criteria.Of(on, $"{alias}.flow_run_id", filter.FlowRunId),
        filter.SubflowRuns?.Exists is { } wanted ? $"{(wanted ? "" : "not ")}exists (select 1 from flow_run sub where sub.parent_task_run_id = {alias}.id)" : null);

    // an index knows one tag; several are asked for one by one
    private static string? Tags(Conditions on, string alias, TagsFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.All is { Count: > 0 } all ? Conditions.Join(null, [.. all.Distinct().Select(tag => Tag(on, alias, tag))]) : null,
        filter.Any switch
        {
            null => null,
            [] => "false",
            var any => Conditions.Join("or_", [.. any.Distinct().Select(tag => Tag(on, alias, tag))]),
        },
        filter.IsNull is { } empty ? $"{(empty ? "" : "not ")}{on.Dialect.IsEmptyArray($"{alias}.tags")}" : null);

    private static string Tag(Conditions on, string alias, string tag)
    {
        var wanted = on.Bind(new[] { tag });
        return (on.InOrder ? null : on.Dialect.TaggedRuns($"{alias}.id", wanted)) ?? on.Dialect.HasAll($"{alias}.tags", wanted);
    }

    // a subflow's run points to the task run that stands for it in its parent
    private static string? ParentFlowRun(Conditions on, string alias, AnyOf<Guid>? filter) => filter?.Any is { } any
        ? $"{alias}.parent_task_run_id in (select ptr.id from task_run ptr where {on.Dialect.AnyId("ptr.flow_run_id", on.Bind(any.ToArray()))})"
        : null;
}
