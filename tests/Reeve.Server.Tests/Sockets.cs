using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Reeve.Protocol;

namespace Reeve.Server.Tests;

/// <summary>A client's side of a websocket, as this API's clients speak it.</summary>
internal static class Sockets
{
    /// <summary>Connects and authenticates; <paramref name="token"/> is JSON.</summary>
    internal static async Task<WebSocket> OpenSocketAsync(this TestHost host, string path, string token = "null")
    {
        var socket = await host.ConnectSocketAsync(path);
        await socket.SendTextAsync($$"""{"type":"auth","token":{{token}}}""");
        Assert.Equal("auth_success", (await socket.ReceiveJsonAsync()).Text("type"));
        return socket;
    }

    internal static async Task<WebSocket> ConnectSocketAsync(this TestHost host, string path, string? protocol = "prefect")
    {
        var client = host.Server.App.GetTestServer().CreateWebSocketClient();
        if (protocol is not null)
            client.SubProtocols.Add(protocol);
        return await client.ConnectAsync(new Uri("ws://localhost/api/" + path), TestHost.Cancellation);
    }

    internal static Task SendTextAsync(this WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestHost.Cancellation);

    internal static Task CloseAsync(this WebSocket socket) => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);

    /// <summary>The next message; a JSON null where the other side closed.</summary>
    internal static async Task<JsonElement> ReceiveJsonAsync(this WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, TestHost.Cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
                return default;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return WireJson.Parse(Encoding.UTF8.GetString(message.ToArray()));
        }
    }

    /// <summary>Reads to the end and returns how the other side closed.</summary>
    internal static async Task<(int? Code, string? Reason)> ClosedAsync(this WebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        while (!(await socket.ReceiveAsync(buffer, TestHost.Cancellation)).CloseStatus.HasValue)
        {
            // what is still under way
        }
        return ((int?)socket.CloseStatus, socket.CloseStatusDescription);
    }
}
