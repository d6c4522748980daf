using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Reeve.Protocol;

namespace Reeve.Server.Tests.WorkPools;

public sealed class WorkerChannelTests
{
    private static async Task<WebSocket> ConnectAsync(TestHost host, string pool)
    {
        var client = host.Server.App.GetTestServer().CreateWebSocketClient();
        client.SubProtocols.Add("prefect");
        var socket = await client.ConnectAsync(new Uri($"ws://localhost/api/work_pools/{pool}/workers/connect"), TestHost.Cancellation);
        await SendAsync(socket, """{"type": "auth", "token": null}""");
        Assert.Equal("auth_success", (await ReceiveAsync(socket)).GetProperty("type").GetString());
        return socket;
    }

    private static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestHost.Cancellation);

    private static async Task<JsonElement> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), TestHost.Cancellation);
            length += part.Count;
            if (part.EndOfMessage)
                return length == 0 ? default : WireJson.Parse(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }

    private static string Hello(bool create) => $$$"""
        {"type": "worker.hello.v1", "payload": {"consumer_id": "01a1f8c1-3d6c-7377-a59f-a4a375631901", "worker_name": "w1", "worker_type": "process", "heartbeat_interval_seconds": 5,
         "requested_capabilities": ["worker_heartbeat.v1", "tea.v1"], "work_queue_names": [], "create_pool_if_not_found": {{{(create ? "true" : "false")}}}, "default_base_job_template": {} } }
        """;

    [Fact]
    public async Task Hello_makes_the_pool_and_the_worker_and_is_answered_with_queues_and_pool()
    {
        await using var host = await TestHost.StartAsync();
        using var socket = await ConnectAsync(host, "fresh");

        await SendAsync(socket, Hello(create: true));
        var ready = await ReceiveAsync(socket);

        var payload = ready.GetProperty("payload");
        Assert.Equal("worker.ready.v1", ready.GetProperty("type").GetString());
        Assert.Equal(["worker_heartbeat.v1"], payload.GetProperty("accepted_capabilities").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(["tea.v1"], payload.GetProperty("rejected_capabilities").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal("default", Assert.Single(payload.GetProperty("resolved_work_queues").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(("fresh", "READY"), (
            payload.GetProperty("initial_snapshot").GetProperty("work_pool").GetProperty("name").GetString(), payload.GetProperty("initial_snapshot").GetProperty("work_pool").GetProperty("status").GetString()));
        var workers = await host.PostAsync("work_pools/fresh/workers/filter", "{}");
        Assert.Equal(("w1", "ONLINE"), (workers.Body[0].GetProperty("name").GetString(), workers.Body[0].GetProperty("status").GetString()));
    }

    [Fact]
    public async Task An_unknown_pool_closes_the_channel_with_the_reason()
    {
        await using var host = await TestHost.StartAsync();
        using var socket = await ConnectAsync(host, "nowhere");

        await SendAsync(socket, Hello(create: false));

        var closed = await socket.ReceiveAsync(new byte[1024], TestHost.Cancellation);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (closed.MessageType, closed.CloseStatus));
        Assert.Contains("Work pool \"nowhere\" not found.", closed.CloseStatusDescription, StringComparison.Ordinal);
    }
}
