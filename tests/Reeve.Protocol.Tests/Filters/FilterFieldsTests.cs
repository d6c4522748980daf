using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol.Filters;

namespace Reeve.Protocol.Tests.Filters;

/// <summary>Every field and criterion that the filters of the two client lines have, as their OpenAPI documents name them.</summary>
public sealed class FilterFieldsTests
{
    private static readonly Dictionary<Type, string> Fields = new()
    {
        [typeof(DeploymentFilter)] = """
            concurrency_limit: ge_ le_ is_null_
            flow_or_deployment_name: like_
            id: any_ not_any_
            is_schedule_active: eq_
            name: any_ like_
            operator
            paused: eq_
            tags: operator all_ is_null_ any_
            work_queue_name: any_
            """,
        [typeof(FlowFilter)] = """
            deployment: operator is_null_
            id: any_ not_any_
            name: any_ like_
            operator
            tags: operator all_ is_null_
            """,
        [typeof(FlowRunFilter)] = """
            created_by: operator id_ type_ is_null_
            deployment_id: operator any_ is_null_
            end_time: before_ after_ is_null_
            expected_start_time: before_ after_
            flow_version: any_
            id: any_ not_any_
            idempotency_key: any_ not_any_
            name: any_ like_
            next_scheduled_start_time: before_ after_
            operator
            parent_flow_run_id: operator any_
            parent_task_run_id: operator any_ is_null_
            start_time: before_ after_ is_null_
            state: operator
            state.name: any_ not_any_
            state.type: any_ not_any_
            tags: operator all_ is_null_ any_
            work_queue_name: operator any_ is_null_
            """,
        [typeof(LogFilter)] = """
            flow_run_id: any_
            level: ge_ le_
            operator
            task_run_id: any_ is_null_
            text: query
            timestamp: before_ after_
            """,
        [typeof(TaskRunFilter)] = """
            end_time: before_ after_ is_null_
            expected_start_time: before_ after_
            flow_run_id: operator any_ is_null_
            id: any_
            name: any_ like_
            operator
            start_time: before_ after_ is_null_
            state: operator
            state.name: any_
            state.type: any_
            subflow_runs: exists_
            tags: operator all_ is_null_
            """,
        [typeof(WorkPoolFilter)] = """
            id: any_
            name: any_
            operator
            type: any_
            """,
        [typeof(WorkQueueFilter)] = """
            id: any_
            name: any_ startswith_
            operator
            """,
        [typeof(WorkerFilter)] = """
            last_heartbeat_time: before_ after_
            operator
            status: any_ not_any_
            """,
    };

    public static TheoryData<Type> Filters => [.. Fields.Keys];

    [Theory, MemberData(nameof(Filters))]
    public void Every_criterion_of_the_wire_has_a_property(Type filter)
    {
        var missing = from line in Fields[filter].Split('\n')
                      let parts = line.Split(": ")
                      from criterion in parts is [_, var criteria] ? criteria.Split(' ') : [""]
                      let path = $"{parts[0]}.{criterion}".TrimEnd('.')
                      where !Has(WireJson.Options.GetTypeInfo(filter), path.Split('.'))
                      select path;

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("""{"flows":{"operator":"nor_"}}""")]
    [InlineData("""{"flow_runs":{"deployment_id":{"operator":1}}}""")]
    [InlineData("""{"flow_runs":{"tags":{"operator":"and"}}}""")]
    public void An_operator_that_is_none_is_refused(string query) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(query, WireJson.TypeInfo<Query>()));

    [Fact]
    public void Operators_and_nulls_are_read()
    {
        var query = JsonSerializer.Deserialize("""{"flows":{"operator":"or_","id":null},"flow_runs":null,"task_runs":{"operator":"and_"}}""", WireJson.TypeInfo<Query>())!;

        Assert.Equal(("or_", null, null, "and_"), (query.Flows!.Operator, query.Flows.Id, query.FlowRuns, query.TaskRuns!.Operator));
    }

    private static bool Has(JsonTypeInfo type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
            return true;
        foreach (var property in type.Properties)
            if (property.Name == path[0])
                return path.Length == 1 || Has(type.Options.GetTypeInfo(property.PropertyType), path[1..]);
        return false;
    }
}
