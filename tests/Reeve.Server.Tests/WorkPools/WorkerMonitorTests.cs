using System.Text.Json;
using Reeve.Server.Tests.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Tests.WorkPools;

public sealed class WorkerMonitorTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static Task RoundAsync(TestHost host) => host.Service<WorkerMonitor>().RunOnceAsync(TestHost.Cancellation);

    private static async Task<List<string>> ToldAsync(TestHost host, string resource) =>
        [.. (await host.PostAsync("events/filter", $$$"""{"filter": {"resource": {"id": ["{{{resource}}}"]}, "order": "ASC"}}""")).Body.GetProperty("events").EnumerateArray().Select(e => e.Text("event"))];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Each_change_of_health_is_told_once(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        var (poolId, queueId) = ((await host.GetAsync("work_pools/local")).Body.Text("id"), (await host.GetAsync("work_pools/local")).Body.Text("default_queue_id"));
        await RoundAsync(host);

        await host.PostAsync("work_pools/local/workers/heartbeat", """{"name": "w1", "heartbeat_interval_seconds": 5}""");
        await host.PostAsync("work_pools/local/get_scheduled_flow_runs", "{}");
        await Task.WhenAll(RoundAsync(host), RoundAsync(host), RoundAsync(host));
        clock.Offset += TimeSpan.FromSeconds(61);
        await Task.WhenAll(RoundAsync(host), RoundAsync(host));
        await host.SendAsync(HttpMethod.Patch, "work_pools/local", """{"is_paused": true}""");
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", """{"is_paused": true}""");
        await RoundAsync(host);
        await RoundAsync(host);

        Assert.Equal(["prefect.work-pool.created", "prefect.work-pool.not-ready", "prefect.work-pool.ready", "prefect.work-pool.not-ready", "prefect.work-pool.paused"], await ToldAsync(host, $"prefect.work-pool.{poolId}"));
        Assert.Equal(["prefect.work-queue.created", "prefect.work-queue.ready", "prefect.work-queue.not-ready", "prefect.work-queue.paused"], await ToldAsync(host, $"prefect.work-queue.{queueId}"));
        Assert.Equal(["prefect.deployment.created", "prefect.deployment.ready", "prefect.deployment.not-ready"], await ToldAsync(host, $"prefect.deployment.{pool.DeploymentId}"));
        Assert.Empty(await ToldAsync(host, $"prefect.work-pool.{(await host.GetAsync("work_pools/default-agent-pool")).Body.Text("id")}"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_round_that_read_the_clock_before_another_told_its_truth_tells_no_older_one(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        await PoolOfRuns.MakeAsync(host);
        var poolId = (await host.GetAsync("work_pools/local")).Body.Text("id");
        await RoundAsync(host);
        await host.PostAsync("work_pools/local/workers/heartbeat", """{"name": "w1", "heartbeat_interval_seconds": 5}""");
        await RoundAsync(host);

        clock.AfterNextReading(() =>
        {
            clock.Offset += TimeSpan.FromSeconds(61);
            Task.Run(() => RoundAsync(host)).GetAwaiter().GetResult();
        });
        await RoundAsync(host);
        await RoundAsync(host);

        Assert.Equal(["prefect.work-pool.created", "prefect.work-pool.not-ready", "prefect.work-pool.ready", "prefect.work-pool.not-ready"], await ToldAsync(host, $"prefect.work-pool.{poolId}"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Agents_pool_is_neither_ready_nor_not_and_comes_back_when_it_is_needed(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = (await host.GetAsync("work_pools/default-agent-pool")).Body;
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (pool.GetProperty("status").ValueKind, pool.GetProperty("description").ValueKind));

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "work_pools/default-agent-pool")).Status);
        Assert.Equal(201, (await host.PostAsync("work_queues/", """{"name": "dev"}""")).Status);
        Assert.Equal("prefect-agent", (await host.GetAsync("work_pools/default-agent-pool")).Body.Text("type"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_queue_with_a_filter_hands_its_agent_runs_by_tags_and_deployments(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"tags": ["x"]}""");
        var run = await pool.RunAsync();
        async Task<int> FoundAsync(string filter)
        {
            var queue = (await host.PostAsync("work_queues/", $$"""{"name": "q{{Guid.NewGuid():n}}", "filter": {{filter}} }""")).Body;
            return (await host.PostAsync($"work_queues/{queue.Text("id")}/get_runs", "{}")).Body.EnumerateArray().Count(r => r.Text("id") == run);
        }

        Assert.Equal(1, await FoundAsync("""{"tags": ["x"]}"""));
        Assert.Equal(0, await FoundAsync("""{"tags": ["x", "y"]}"""));
        Assert.Equal(1, await FoundAsync($$"""{"deployment_ids": ["{{pool.DeploymentId}}"]}"""));
        Assert.Equal(0, await FoundAsync($$"""{"deployment_ids": ["{{Guid.NewGuid()}}"]}"""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Priorities_move_back_only_those_in_the_way_and_gaps_are_taken(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        foreach (var body in (string[])["""{"name": "far", "priority": 9}""", """{"name": "first", "priority": 1}""", """{"name": "gap"}"""])
            await host.PostAsync("work_pools/local/queues", body);
        Assert.Equal("first:1 default:2 gap:3 far:9", await LineAsync());

        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/gap", """{"priority": 1}""");

        Assert.Equal("gap:1 first:2 default:3 far:9", await LineAsync());

        async Task<string> LineAsync() => string.Join(' ', (await host.PostAsync("work_pools/local/queues/filter", "{}")).Body.EnumerateArray().Select(q => $"{q.Text("name")}:{q.Text("priority")}"));
    }

    [Theory]
    [InlineData("POST", "work_pools/", """{"name": "new", "base_job_template": {"job_configuration": {}, "variables": {"properties": {"n": {"type": "integer", "default": "x"}}}}}""", 422)]
    [InlineData("POST", "work_pools/", """{"name": "new", "base_job_template": {"job_configuration": {}, "variables": {"properties": {"n": {"type": 5}}}}}""", 422)]
    [InlineData("POST", "work_pools/", """{"name": "new", "base_job_template": {"job_configuration": {}, "variables": {"properties": {"b": {"default": {"$ref": {"block_document_id": "00000000-0000-0000-0000-000000000001"}}}}}}}""", 404)]
    [InlineData("PATCH", "work_pools/local", """{"base_job_template": {"job_configuration": {}}}""", 422)]
    [InlineData("PATCH", "work_pools/local", """{"concurrency_limit": -1}""", 422)]
    [InlineData("PATCH", "work_pools/local", """{"concurrency_limit": 99999999999}""", 422)]
    [InlineData("PATCH", "work_pools/prefect-managed", """{"description": "mine"}""", 403)]
    [InlineData("DELETE", "work_pools/prefect-managed", "{}", 403)]
    [InlineData("POST", "work_pools/local/queues", """{"name": "q", "priority": 0}""", 422)]
    [InlineData("POST", "work_pools/local/queues", """{"name": "q", "priority": 2000000000}""", 422)]
    [InlineData("PATCH", "work_pools/local/queues/default", """{"name": "a/b"}""", 422)]
    [InlineData("POST", "work_pools/local/workers/heartbeat", """{"name": "w", "heartbeat_interval_seconds": -1}""", 422)]
    [InlineData("POST", "work_pools/local/get_scheduled_flow_runs", """{"limit": 201}""", 422)]
    [InlineData("POST", "deployments/get_scheduled_flow_runs", "{}", 422)]
    [InlineData("POST", "deployments/get_scheduled_flow_runs", """{"deployment_ids": [], "limit": -1}""", 422)]
    [InlineData("POST", "deployments/00000000-0000-0000-0000-000000000001/schedule", """{"min_time": -1}""", 422)]
    [InlineData("POST", "deployments/00000000-0000-0000-0000-000000000001/schedule", """{"start_time": "9999-12-31T00:00:00Z"}""", 404)]
    [InlineData("GET", "deployments/x", null, 404)]
    public async Task What_cannot_be_is_refused(string method, string path, string? body, int status)
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");

        var answer = await host.SendAsync(new HttpMethod(method), path, body);

        Assert.True(status == answer.Status, answer.Body.ToString());
    }
}
