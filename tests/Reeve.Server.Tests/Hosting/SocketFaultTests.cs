using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace Reeve.Server.Tests.Hosting;

public sealed class SocketFaultTests
{
    [Theory]
    [InlineData("/api/events/out", """{"type":"filter","filter":{"occurred":{"since":"soon"}}}""", "occurred")]
    [InlineData("/api/events/out", """{"type":5}""", "filter")]
    [InlineData("/api/logs/out", """{"type":"filter","filter":{"level":"high"}}""", "level")]
    [InlineData("/api/logs/out", "nonsense", "filter")]
    public async Task A_message_that_cannot_be_used_closes_the_socket_with_the_reason(string path, string message, string reason)
    {
        await using var host = await TestHost.StartAsync();
        var client = host.Server.App.GetTestServer().CreateWebSocketClient();
        client.SubProtocols.Add("prefect");
        using var socket = await client.ConnectAsync(new Uri("ws://localhost" + path), TestHost.Cancellation);
        await SendAsync(socket, """{"type":"auth","token":null}""");
        await socket.ReceiveAsync(new byte[200], TestHost.Cancellation);

        await SendAsync(socket, message);
        var answer = await socket.ReceiveAsync(new byte[200], TestHost.Cancellation);

        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (answer.MessageType, answer.CloseStatus));
        Assert.Contains(reason, answer.CloseStatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_greeting_of_another_kind_is_sent_away()
    {
        await using var host = await TestHost.StartAsync();
        var client = host.Server.App.GetTestServer().CreateWebSocketClient();
        client.SubProtocols.Add("prefect");
        using var socket = await client.ConnectAsync(new Uri("ws://localhost/api/events/out"), TestHost.Cancellation);

        await SendAsync(socket, """{"type":7}""");

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await socket.ReceiveAsync(new byte[200], TestHost.Cancellation)).CloseStatus);
    }

    public static TheoryData<string> Paths => ["events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled", "work_pools/p/workers/connect"];

    [Theory, MemberData(nameof(Paths))]
    public async Task No_socket_speaks_without_the_secret(string path)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ApiAuthentication = "admin:secret" });
        foreach (var greeting in (string[])["""{"type":"auth","token":null}""", """{"type":"auth","token":"admin:guess"}""", """{"type":"auth","token":7}""", """{"type":"auth"}""", """{"type":"filter","filter":{}}""", "nonsense", "[]", "null", ""])
        {
            using var socket = await host.ConnectSocketAsync(path);
            await socket.SendTextAsync(greeting);
            Assert.Equal(1008, (await socket.ClosedAsync()).Code);
        }
        using var allowed = await host.OpenSocketAsync(path, "\"admin:secret\"");
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task No_message_makes_a_socket_fail(string path)
    {
        List<string> failures = [];
        await using var host = await TestHost.StartAsync(change: options => options with { Logging = log => log.AddProvider(new FailureList(failures)) });
        await host.PostAsync("work_pools/", """{"name":"p","type":"process"}""");
        foreach (var (kind, message) in Odd())
        {
            using var socket = await host.OpenSocketAsync(path);
            await socket.SendAsync(message, kind, true, TestHost.Cancellation);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);
            Assert.Contains((await socket.ClosedAsync()).Code, (int?[])[1000, 1002, 1008, 1009, 4001]);
        }
        using (var gone = await host.OpenSocketAsync(path))
            gone.Abort();
        await host.Server.StopAsync();

        Assert.Equal([], failures);
    }

    private static IEnumerable<(WebSocketMessageType, byte[])> Odd()
    {
        foreach (var text in (string[])["", "null", "5", "[]", "{}", """{"type":null}""", """{"type":{}}""", """{"type":"filter","filter":[]}""", """{"type":"filter","filter":{"order":7}}""",
            """{"type":"filter","filter":{"related":[null]}}""", """{"type":"subscribe","keys":{},"client_id":5}""", """{"type":"worker.hello.v1","payload":null}""", """{"type":"worker.hello.v1","payload":{"worker_name":""}}""",
            """{"id":"x","event":5}""", """{"id":"00000000-0000-0000-0000-000000000001","occurred":"2026-01-01T00:00:00Z","event":"e","resource":{"prefect.resource.id":null}}""", new string('[', 100_000), "\"\\ud800\""])
            yield return (WebSocketMessageType.Text, Encoding.UTF8.GetBytes(text));
        yield return (WebSocketMessageType.Binary, [0, 255, 254, 1]);
        yield return (WebSocketMessageType.Binary, """{"type":"filter","filter":{}}"""u8.ToArray());
        yield return (WebSocketMessageType.Text, new byte[5 * 1024 * 1024]);
    }

    /// <summary>Keeps what was logged as a failure.</summary>
    private sealed class FailureList(List<string> failures) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (failures)
                failures.Add(formatter(state, exception) + exception);
        }

        public void Dispose()
        {
            // nothing is held
        }
    }

    private static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestHost.Cancellation);
}
