using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>The websocket by which the server hands delayed runs to a worker: one at a time, the next after the acknowledgement of the one before.</summary>
internal sealed class DelayedSubscription : IAsyncDisposable
{
    /// <summary>How long a run is held without an answer while the worker has no place for it. Short, for others may have one; but to give it back ends the conversation, so not at once.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    private readonly ClientWebSocket _socket = new();

    private DelayedSubscription()
    {
    }

    public static async Task<DelayedSubscription> OpenAsync(ApiConnection connection, IReadOnlyList<string> keys, string worker, CancellationToken ct)
    {
        var subscription = new DelayedSubscription();
        try
        {
            subscription._socket.Options.AddSubProtocol("prefect");
            subscription._socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(10);
            subscription._socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20); // a half-open connection would wait for ever
            var address = new UriBuilder($"{connection.ApiUrl.ToString().TrimEnd('/')}/task_runs/subscriptions/scheduled");
            address.Scheme = address.Scheme == "https" ? "wss" : "ws";
            await subscription._socket.ConnectAsync(address.Uri, ct);
            await subscription.SendAsync(new DelayedMessage { Type = "auth", Token = connection.SocketToken }, ct);
            if (await subscription.MessageAsync(ct) is not { } answer || answer.GetProperty("type").GetString() != "auth_success")
                throw new ApiException($"The server did not let the task worker in: {subscription._socket.CloseStatusDescription ?? "no reason was given"}");
            await subscription.SendAsync(new DelayedMessage { Type = "subscribe", Keys = keys, ClientId = worker }, ct);
            return subscription;
        }
        catch (Exception)
        {
            subscription._socket.Dispose();
            throw;
        }
    }

    /// <summary>The next run; null when the server ended the conversation.</summary>
    public async Task<TaskRun?> ReceiveAsync(CancellationToken ct) =>
        await MessageAsync(ct) is { } message ? message.Deserialize(WireJson.TypeInfo<TaskRun>()) : null;

    public Task AcknowledgeAsync(CancellationToken ct) => SendAsync(new DelayedMessage { Type = "ack" }, ct);

    private Task SendAsync(DelayedMessage message, CancellationToken ct) =>
        _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, TaskProcessJson.Default.DelayedMessage), WebSocketMessageType.Text, endOfMessage: true, ct);

    private async Task<JsonElement?> MessageAsync(CancellationToken ct)
    {
        using var message = new MemoryStream();
        var part = new byte[16 * 1024];
        while (true)
        {
            var received = await _socket.ReceiveAsync(part.AsMemory(), ct);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(part, 0, received.Count);
            if (!received.EndOfMessage)
                continue;
            using var document = JsonDocument.Parse(message.ToArray());
            return document.RootElement.Clone();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // It is gone already; a run that was not acknowledged goes back by that too.
        }

        _socket.Dispose();
    }
}

/// <summary>What a worker says in the conversation.</summary>
internal sealed record DelayedMessage
{
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("token"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    [JsonPropertyName("keys"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Keys { get; init; }

    [JsonPropertyName("client_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
