using Reeve.Protocol.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.Filters;

/// <summary>The criteria on deployments, pools and queues as SQL, given the alias under which their table stands in the query.</summary>
internal static class WorkCriteria
{
    internal static string? Of(Conditions on, string alias, DeploymentFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name),
        FlowOrDeploymentName(on, alias, filter.FlowOrDeploymentName),
        Criteria.Of(on, $"{alias}.paused", filter.Paused),
        filter.IsScheduleActive?.EqualTo is { } active ? $"{alias}.paused = @{on.Bind(!active)}" : null,
        Criteria.Of(on, $"{alias}.concurrency_limit", filter.ConcurrencyLimit),
        Criteria.Of(on, $"{alias}.tags", filter.Tags),
        Criteria.Of(on, $"{alias}.work_queue_name", filter.WorkQueueName));

    internal static string? Of(Conditions on, string alias, WorkPoolFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name),
        Criteria.Of(on, $"{alias}.type", filter.Type));

    internal static string? Of(Conditions on, string alias, WorkQueueFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        Criteria.Of(on, $"{alias}.id", filter.Id),
        Criteria.Of(on, $"{alias}.name", filter.Name));

    private static string? FlowOrDeploymentName(Conditions on, string alias, AnyOf<string>? filter)
    {
        if (filter?.Like is not { } like)
            return null;
        var wanted = on.Bind(Dialect.Pattern(like));
        return $"""
            ({on.Dialect.Like($"{alias}.name", wanted)}
            or exists (select 1 from flow nf where nf.id = {alias}.flow_id and {on.Dialect.Like("nf.name", wanted)}))
            """;
    }
}
