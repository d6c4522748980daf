using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.TestHost;

namespace Reeve.Server.Tests.Hosting;

public sealed class SocketFaultTests
{
    [Theory]
    [InlineData("/api/events/out", """{"type":"filter","filter":{"occurred":{"since":"soon"}}}""", "occurred")]
    [InlineData("/api/events/out", """{"type":5}""", "filter")]
    [InlineData("/api/logs/out", """{"type":"filter","filter":{"level":"high"}}""", "level")]
    [InlineData("/api/logs/out", "nonsense", "filter")]
    [InlineData("/api/work_pools/none/workers/connect", """{"type":"worker.hello.v1","payload":{"worker_name":"w"}}""", "none")]
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

    private static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestHost.Cancellation);
}
