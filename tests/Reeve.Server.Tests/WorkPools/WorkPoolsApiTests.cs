using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.WorkPools;

public sealed class WorkPoolsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_fresh_server_has_the_agents_pool_with_its_default_queue(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var pool = await host.GetAsync("work_pools/default-agent-pool");
        var queues = await host.PostAsync("work_pools/default-agent-pool/queues/filter", "{}");

        Assert.Equal("prefect-agent", Text(pool.Body, "type"));
        Assert.Equal(Text(pool.Body, "default_queue_id"), Text(Assert.Single(queues.Body.EnumerateArray()), "id"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Pool_is_made_read_changed_counted_and_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var made = await host.PostAsync("work_pools/", """{"name": "local", "type": "process", "description": "mine"}""");
        Assert.Equal((201, "NOT_READY"), (made.Status, Text(made.Body, "status")));
        Assert.Equal(409, (await host.PostAsync("work_pools/", """{"name": "local"}""")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "work_pools/local", """{"is_paused": true, "concurrency_limit": 3}""")).Status);
        var read = (await host.GetAsync("work_pools/local")).Body;
        Assert.Equal(("PAUSED", 3, "mine"), (Text(read, "status"), read.GetProperty("concurrency_limit").GetInt32(), Text(read, "description")));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "work_pools/local", """{"is_paused": false, "concurrency_limit": null}""")).Status);
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync("work_pools/local")).Body.GetProperty("concurrency_limit").ValueKind);
        Assert.Equal(1, (await host.PostAsync("work_pools/count", """{"work_pools": {"type": {"any_": ["process"]}}}""")).Body.GetInt32());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "work_pools/local")).Status);
        var gone = await host.GetAsync("work_pools/local");
        Assert.Equal((404, "Work pool \"local\" not found."), (gone.Status, Text(gone.Body, "detail")));
    }

    [Theory]
    [InlineData("""{"name": "prefect-mine"}""", 403, "reserved")]
    [InlineData("""{"name": "a/b"}""", 422, "String should match pattern")]
    [InlineData("""{"name": "a", "concurrency_limit": -1}""", 422, "greater than or equal to 0")]
    [InlineData("""{"name": "a", "base_job_template": {"variables": {}}}""", 422, "job_configuration")]
    [InlineData("""{"name": "a", "base_job_template": {"job_configuration": {"x": ["{{ unknown }} {{ known }}"]}, "variables": {"properties": {"known": {}}}}}""", 422, "undeclared variable(s): unknown.")]
    public async Task A_wrong_pool_is_refused(string body, int status, string message)
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.PostAsync("work_pools/", body);

        Assert.Equal(status, answer.Status);
        Assert.Contains(message, answer.Body.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Queues_keep_their_places_in_line(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");

        Assert.Equal(2, (await host.PostAsync("work_pools/local/queues", """{"name": "second"}""")).Body.GetProperty("priority").GetInt32());
        await host.PostAsync("work_pools/local/queues", """{"name": "first", "priority": 1}""");
        Assert.Equal("first default second", await LineAsync());
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/second", """{"priority": 1}""");
        Assert.Equal("second first default", await LineAsync());
        Assert.Equal(409, (await host.PostAsync("work_pools/local/queues", """{"name": "first"}""")).Status);
        Assert.Equal(409, (await host.SendAsync(HttpMethod.Delete, "work_pools/local/queues/default")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "work_pools/local/queues/first")).Status);
        Assert.Equal(404, (await host.GetAsync("work_pools/local/queues/first")).Status);
        Assert.Equal(404, (await host.PostAsync("work_pools/nowhere/queues/filter", "{}")).Status);

        async Task<string> LineAsync() =>
            string.Join(' ', (await host.PostAsync("work_pools/local/queues/filter", "{}")).Body.EnumerateArray().Select(q => Text(q, "name")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Queue_is_found_by_id_and_by_name(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var made = await host.PostAsync("work_queues/", """{"name": "dev"}""");
        var id = Text(made.Body, "id");

        Assert.Equal(("default-agent-pool", 201), (Text(made.Body, "work_pool_name"), made.Status));
        Assert.Equal(id, Text((await host.GetAsync("work_queues/name/dev")).Body, "id"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"work_queues/{id}", """{"is_paused": true}""")).Status);
        Assert.Equal("PAUSED", Text((await host.GetAsync($"work_queues/{id}")).Body, "status"));
        Assert.False((await host.GetAsync($"work_queues/{id}/status")).Body.GetProperty("healthy").GetBoolean());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_heartbeat_makes_worker_and_pool_ready_until_three_are_missing(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");

        Assert.Equal(204, (await host.PostAsync("work_pools/local/workers/heartbeat", """{"name": "w1", "heartbeat_interval_seconds": 5}""")).Status);
        Assert.Equal(("READY", "ONLINE"), await StatusesAsync());
        clock.Offset += TimeSpan.FromSeconds(16);
        Assert.Equal(("NOT_READY", "OFFLINE"), await StatusesAsync());
        Assert.Empty((await host.PostAsync("work_pools/local/workers/filter", """{"workers": {"status": {"any_": ["ONLINE"]}}}""")).Body.EnumerateArray());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "work_pools/local/workers/w1")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, "work_pools/local/workers/w1")).Status);
        Assert.Equal(404, (await host.PostAsync("work_pools/nowhere/workers/heartbeat", """{"name": "w1"}""")).Status);

        async Task<(string?, string?)> StatusesAsync() => (
            Text((await host.GetAsync("work_pools/local")).Body, "status"),
            Text(Assert.Single((await host.PostAsync("work_pools/local/workers/filter", "{}")).Body.EnumerateArray()), "status"));
    }
}
