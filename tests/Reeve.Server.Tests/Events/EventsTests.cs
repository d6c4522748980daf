using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Reeve.Protocol;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Events;

public sealed class EventsTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_clients_task_run_is_there_right_after_its_events_and_once(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flowRun = (await host.FlowRunAsync()).Text("id");
        var task = Guid.CreateVersion7().ToString();
        var events = new[] { TaskEvent(task, flowRun, "PENDING", 0), TaskEvent(task, flowRun, "RUNNING", 1), TaskEvent(task, flowRun, "COMPLETED", 2) };

        // out of order and twice, as a client that repeats after a broken connection
        Assert.Equal(204, (await host.PostAsync("events", $"[{events[0]}, {events[2]}, {events[1]}]")).Status);
        Assert.Equal(204, (await host.PostAsync("events", $"[{string.Join(',', events)}]")).Status);

        var run = (await host.GetAsync($"task_runs/{task}")).Body;
        Assert.Equal(("COMPLETED", "1", "1.5"), (run.Text("state_type"), run.Text("run_count"), run.Text("total_run_time")));
        Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(task, "task_run"));
        Assert.Equal(3, (await FilterAsync(host, $$"""{"resource":{"id":["prefect.task-run.{{task}}"]} }""")).Count);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_task_run_event_of_no_flow_run_or_without_a_task_is_kept_as_event_only(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var task = Guid.CreateVersion7().ToString();
        var broken = TaskEvent(task, Guid.NewGuid().ToString(), "RUNNING", 1).Replace("\"task_key\"", "\"other\"", StringComparison.Ordinal);

        Assert.Equal(204, (await host.PostAsync("events", $"[{TaskEvent(task, Guid.NewGuid().ToString(), "RUNNING", 0)}, {broken}]")).Status);

        Assert.Equal(404, (await host.GetAsync($"task_runs/{task}")).Status);
        Assert.Equal(2, (await FilterAsync(host, "{}")).Count);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Events_are_found_by_each_criterion(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("events", $"[{Shop("demo.order.placed", "shop.1", "customer.7")}, {Shop("demo.order.paid", "shop.2", "customer.8")}, {Shop("other.thing", "shop.1", "customer.8")}]");

        Assert.Equal(3, (await FilterAsync(host, "{}")).Count);
        Assert.Equal(["demo.order.paid", "demo.order.placed"], await FilterAsync(host, """{"event":{"prefix":["demo."]}}"""));
        Assert.Equal(["other.thing"], await FilterAsync(host, """{"event":{"exclude_prefix":["demo."]}}"""));
        Assert.Equal(["demo.order.paid"], await FilterAsync(host, """{"event":{"name":["demo.order.paid"]}}"""));
        Assert.Equal(["demo.order.placed", "other.thing"], await FilterAsync(host, """{"resource":{"id":["shop.1"]}}"""));
        Assert.Equal(["demo.order.paid"], await FilterAsync(host, """{"resource":{"labels":{"kind":["sh*"],"prefect.resource.id":"!shop.1"}}}"""));
        Assert.Equal(["demo.order.paid", "other.thing"], await FilterAsync(host, """{"related":{"id":["customer.8"],"role":["customer"]}}"""));
        Assert.Equal(["other.thing"], await FilterAsync(host, """{"any_resource":[{"id":["customer.8"]},{"id":["shop.1"]}]}"""));
        Assert.Equal(["demo.order.placed"], await FilterAsync(host, """{"text":{"query":"placed"}}"""));
        Assert.Empty(await FilterAsync(host, """{"occurred":{"since":"2999-01-01T00:00:00Z"}}"""));
        Assert.Equal(422, (await host.PostAsync("events", """[{"id":"x"}]""")).Status);
        Assert.Equal(422, (await host.PostAsync("events", Shop("a", "b", "c").Replace("prefect.resource.id", "id", StringComparison.Ordinal).Insert(0, "[") + "]")).Status);
    }

    [Fact]
    public async Task Pages_of_events_lead_to_the_last()
    {
        await using var host = await TestHost.StartAsync();
        await host.PostAsync("events", $"[{string.Join(',', Enumerable.Range(0, 7).Select(i => Shop($"e.{i}", "s", "c")))}]");

        var page = (await host.PostAsync("events/filter", """{"filter":{},"limit":3}""")).Body;
        List<string> seen = [];
        while (true)
        {
            Assert.Equal(7, page.GetProperty("total").GetInt32());
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(happened => happened.Text("event")));
            if (page.GetProperty("next_page").ValueKind == JsonValueKind.Null)
                break;
            page = (await host.GetAsync(new Uri(page.Text("next_page")).PathAndQuery["/api/".Length..])).Body;
        }
        Assert.Equal(7, seen.Distinct().Count());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_follower_gets_what_was_and_then_what_comes_each_once_in_order(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        using var socket = await OpenAsync(host, "/api/events/out");
        await SendAsync(socket, $$$"""{"type":"filter","filter":{"any_resource":{"id":["prefect.flow-run.{{{run}}}"]},"occurred":{"since":"2020-01-01T00:00:00Z","until":"2999-01-01T00:00:00Z"},"event":{"prefix":null},"id":{"id":[]},"order":"DESC"} }""");
        Assert.Equal("prefect.flow-run.Pending", await NextEventAsync(socket));

        await host.SetStateAsync(run, "RUNNING");
        await host.FlowRunAsync("""{"name":"somebody else's"}""");
        await host.SetStateAsync(run, "COMPLETED");

        Assert.Equal("prefect.flow-run.Running", await NextEventAsync(socket));
        Assert.Equal("prefect.flow-run.Completed", await NextEventAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);
    }

    [Fact]
    public async Task What_came_in_by_socket_is_there_when_the_close_is_answered()
    {
        await using var host = await TestHost.StartAsync();
        var flowRun = (await host.FlowRunAsync()).Text("id");
        var tasks = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7().ToString()).ToList();
        using (var socket = await OpenAsync(host, "/api/events/in"))
        {
            foreach (var task in tasks)
            {
                await SendAsync(socket, TaskEvent(task, flowRun, "RUNNING", 0));
                await SendAsync(socket, "no event at all");
                await SendAsync(socket, TaskEvent(task, flowRun, "COMPLETED", 1));
            }
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);
        }

        Assert.Equal(50, (await host.PostAsync("task_runs/count", """{"task_runs":{"state":{"type":{"any_":["COMPLETED"]}}}}""")).Body.GetInt32());
    }

    [Fact]
    public async Task A_2x_client_sends_events_without_protocol_or_authentication()
    {
        await using var host = await TestHost.StartAsync();
        using (var socket = await OpenAsync(host, "/api/events/in", protocol: null, token: null))
        {
            await SendAsync(socket, Shop("demo", "s", "c"));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);
        }
        Assert.Equal(["demo"], await FilterAsync(host, "{}"));
    }

    [Theory]
    [InlineData("\"admin:wrong\"", "Invalid token")]
    [InlineData("null", "Auth required but no token provided")]
    public async Task A_socket_without_the_secret_is_sent_away(string token, string reason)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ApiAuthentication = "admin:secret" });
        using var socket = await ConnectAsync(host, "/api/events/out", "prefect");
        await SendAsync(socket, $$"""{"type":"auth","token":{{token}}}""");

        var result = await socket.ReceiveAsync(new byte[100].AsMemory(), TestHost.Cancellation);

        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, reason), (socket.CloseStatus, socket.CloseStatusDescription));
        using var allowed = await OpenAsync(host, "/api/events/out", token: "admin:secret");
    }

    [Fact]
    public async Task Log_lines_are_told_as_they_come()
    {
        await using var host = await TestHost.StartAsync();
        var run = Guid.NewGuid();
        using var socket = await OpenAsync(host, "/api/logs/out");
        await SendAsync(socket, $$$"""{"type":"filter","filter":{"flow_run_id":{"any_":["{{{run}}}"]},"timestamp":{"after_":"2020-01-01T00:00:00Z","before_":"2999-01-01T00:00:00Z"} } }""");
        for (var i = 0; i < 3; i++)
        {
            await host.PostAsync("logs/", $$"""[{"name":"l","level":20,"message":"other","timestamp":"2026-01-01T00:00:00Z"},{"name":"l","level":20,"message":"line {{i}}","timestamp":"2026-01-01T00:00:00Z","flow_run_id":"{{run}}"}]""");
            Assert.Equal($"line {i}", (await NextAsync(socket)).GetProperty("log").Text("message"));
        }
    }

    private static async Task<List<string>> FilterAsync(TestHost host, string filter)
    {
        var (status, body) = await host.PostAsync("events/filter", $$"""{"filter":{{filter}},"limit":50}""");
        Assert.Equal(200, status);
        var names = body.GetProperty("events").EnumerateArray().Select(happened => happened.Text("event")).Where(name => name != "prefect.flow-run.Pending").Order(StringComparer.Ordinal).ToList();
        return names;
    }

    private static string Shop(string name, string resource, string related) =>
        $$"""{"id":"{{Guid.NewGuid()}}","occurred":"2026-01-01T00:00:00Z","event":"{{name}}","resource":{"prefect.resource.id":"{{resource}}","kind":"shop"},"related":[{"prefect.resource.id":"{{related}}","prefect.resource.role":"customer"}],"payload":{"amount":1} }""";

    private static string TaskEvent(string task, string flowRun, string type, int second)
    {
        var name = type[..1] + type[1..].ToLowerInvariant();
        return $$"""
            {"id":"{{Guid.CreateVersion7()}}","occurred":"2026-01-01T00:00:0{{second}}.000001Z","event":"prefect.task-run.{{name}}",
             "resource":{"prefect.resource.id":"prefect.task-run.{{task}}","prefect.orchestration":"client"},
             "related":[{"prefect.resource.id":"prefect.flow-run.{{flowRun}}","prefect.resource.role":"flow-run"}],
             "payload":{"validated_state":{"type":"{{type}}","name":"{{name}}","message":"","state_details":{},"data":null},
               "task_run":{"name":"t-0","task_key":"t","dynamic_key":"{{task}}","tags":[],"labels":{},"task_inputs":{},"run_count":1,"flow_run_run_count":1,"total_run_time":1.5} } }
            """;
    }

    private static async Task<WebSocket> OpenAsync(TestHost host, string path, string? protocol = "prefect", string? token = "none")
    {
        var socket = await ConnectAsync(host, path, protocol);
        if (protocol is null)
            return socket;
        await SendAsync(socket, $$"""{"type":"auth","token":{{(token == "none" ? "null" : $"\"{token}\"")}}}""");
        Assert.Equal("auth_success", (await NextAsync(socket)).Text("type"));
        Assert.Equal(protocol, socket.SubProtocol);
        return socket;
    }

    private static async Task<WebSocket> ConnectAsync(TestHost host, string path, string? protocol)
    {
        var client = host.Server.App.GetTestServer().CreateWebSocketClient();
        if (protocol is not null)
            client.SubProtocols.Add(protocol);
        return await client.ConnectAsync(new Uri("ws://localhost" + path), TestHost.Cancellation);
    }

    private static async Task SendAsync(WebSocket socket, string text) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, TestHost.Cancellation);

    private static async Task<string> NextEventAsync(WebSocket socket) => (await NextAsync(socket)).GetProperty("event").Text("event");

    private static async Task<JsonElement> NextAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), TestHost.Cancellation);
            length += part.Count;
            if (part.EndOfMessage)
                return WireJson.Parse(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }
}
