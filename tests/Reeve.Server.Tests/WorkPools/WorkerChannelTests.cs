using System.Net.WebSockets;
using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.WorkPools;

public sealed class WorkerChannelTests
{
    private const string Consumer = "01a1f8c1-3d6c-7377-a59f-a4a375631901";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Hello_makes_the_pool_and_the_worker_and_is_answered_with_queues_and_pool(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        using var socket = await host.OpenSocketAsync("work_pools/fresh/workers/connect");

        await socket.SendTextAsync(Hello("""{"create_pool_if_not_found":true,"requested_capabilities":["worker_heartbeat.v1","work_pool_snapshot.v1","tea.v1"]}"""));
        var ready = await socket.ReceiveJsonAsync();

        var payload = ready.GetProperty("payload");
        Assert.Equal("worker.ready.v1", ready.Text("type"));
        Assert.Equal(Consumer, payload.Text("consumer_id"));
        Assert.Equal(["worker_heartbeat.v1", "work_pool_snapshot.v1"], payload.GetProperty("accepted_capabilities").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(["tea.v1"], payload.GetProperty("rejected_capabilities").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal("default", Assert.Single(payload.GetProperty("resolved_work_queues").EnumerateArray()).Text("name"));
        var pool = payload.GetProperty("initial_snapshot").GetProperty("work_pool");
        Assert.Equal(("fresh", "READY"), (pool.Text("name"), pool.Text("status")));
        var workers = await host.PostAsync("work_pools/fresh/workers/filter", "{}");
        Assert.Equal(("w1", "ONLINE"), (workers.Body[0].Text("name"), workers.Body[0].Text("status")));
    }

    [Fact]
    public async Task Heartbeats_are_kept_and_a_stranger_among_them_ends_the_channel()
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(change: options => options with { Clock = clock });
        using var socket = await ReadyAsync(host);
        var first = (await host.PostAsync("work_pools/p/workers/filter", "{}")).Body[0].Text("last_heartbeat_time");

        clock.Jump = TimeSpan.FromMinutes(1);
        await socket.SendTextAsync(Beat("w1"));
        await socket.SendTextAsync(Beat("somebody else"));
        Assert.Equal((1002, "protocol_error"), await socket.ClosedAsync());

        Assert.NotEqual(first, (await host.PostAsync("work_pools/p/workers/filter", "{}")).Body[0].Text("last_heartbeat_time"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_changed_pool_is_told_and_a_deleted_one_ends_the_channel(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        using var socket = await ReadyAsync(host);

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "work_pools/p", """{"is_paused":true}""")).Status);
        var snapshot = await socket.ReceiveJsonAsync();
        Assert.Equal(("work_pool.snapshot.v1", "2"), (snapshot.Text("type"), snapshot.GetProperty("payload").Text("snapshot_sequence")));
        Assert.True(snapshot.GetProperty("payload").GetProperty("work_pool").GetProperty("is_paused").GetBoolean());

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "work_pools/p")).Status);
        Assert.Equal((1008, "authorization_failed"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_worker_brings_the_job_template_that_its_pool_lacks()
    {
        await using var host = await TestHost.StartAsync();
        using var socket = await ReadyAsync(host, """{"default_base_job_template":{"job_configuration":{"a":"{{ a }}"},"variables":{"properties":{"a":{"type":"string"}}}}}""");

        Assert.True((await host.GetAsync("work_pools/p")).Body.GetProperty("base_job_template").TryGetProperty("job_configuration", out _));
    }

    [Theory]
    [InlineData("nowhere", "{}", 1008, "authorization_failed")]
    [InlineData("prefect-x", """{"create_pool_if_not_found":true}""", 1008, "authorization_failed")]
    [InlineData("p", """{"work_queue_names":["none"]}""", 1008, "authorization_failed")]
    [InlineData("p", """{"supported_channel_versions":["work_pool_worker_channel.v9"]}""", 1008, "unsupported_version")]
    [InlineData("p", """{"supported_channel_versions":[]}""", 1002, "protocol_error")]
    [InlineData("p", """{"requested_capabilities":["worker_heartbeat.v1"]}""", 1002, "protocol_error")]
    [InlineData("p", """{"worker_name":""}""", 1002, "protocol_error")]
    [InlineData("p", """{"heartbeat_interval_seconds":0}""", 1002, "protocol_error")]
    [InlineData("p", """{"consumer_id":"me"}""", 1002, "protocol_error")]
    public async Task A_refused_hello_closes_with_the_word_for_it(string pool, string change, int code, string reason)
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("work_pools/", """{"name":"p","type":"process"}""");
        using var socket = await host.OpenSocketAsync($"work_pools/{pool}/workers/connect");

        await socket.SendTextAsync(Hello(change));

        Assert.Equal((code, reason), await socket.ClosedAsync());
    }

    [Fact]
    public async Task Without_the_sub_protocol_or_the_secret_the_worker_is_refused_and_may_go_on_over_http()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ApiAuthentication = "a:b" });
        using var wrong = await host.ConnectSocketAsync("work_pools/p/workers/connect");
        await wrong.SendTextAsync("""{"type":"auth","token":"x"}""");
        Assert.Equal((1008, "authentication_failed"), await wrong.ClosedAsync());

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => host.ConnectSocketAsync("work_pools/p/workers/connect", protocol: null));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<WebSocket> ReadyAsync(TestHost host, string change = "{}")
    {
        await host.PostAsync("work_pools/", """{"name":"p","type":"process"}""");
        var socket = await host.OpenSocketAsync("work_pools/p/workers/connect");
        await socket.SendTextAsync(Hello(change));
        Assert.Equal("worker.ready.v1", (await socket.ReceiveJsonAsync()).Text("type"));
        return socket;
    }

    private static string Hello(string change)
    {
        var payload = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>($$"""
            {"consumer_id":"{{Consumer}}","worker_name":"w1","worker_type":"process","heartbeat_interval_seconds":5,"supported_channel_versions":["work_pool_worker_channel.v1"],
             "requested_capabilities":["worker_heartbeat.v1","work_pool_snapshot.v1"],"work_queue_names":[],"create_pool_if_not_found":false,"default_base_job_template":{} }
            """)!;
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(change)!)
            payload[name] = value;
        return JsonSerializer.Serialize(new { type = "worker.hello.v1", id = Guid.NewGuid(), sent_at = "2026-01-01T00:00:00Z", payload });
    }

    private static string Beat(string worker) => JsonSerializer.Serialize(
        new { type = "worker.heartbeat.v1", id = Guid.NewGuid(), sent_at = "2026-01-01T00:00:00Z", payload = new { consumer_id = Consumer, worker_name = worker, heartbeat_interval_seconds = 5 } });
}
