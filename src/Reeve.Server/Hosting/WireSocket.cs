using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Reeve.Server.Hosting;

/// <summary>A websocket as clients of this API use them: text messages of JSON, the sub-protocol <c>prefect</c>, and a first message that authenticates.</summary>
internal sealed class WireSocket : IDisposable
{
    private const string Protocol = "prefect";
    private const int LargestMessage = 4 * 1024 * 1024;

    /// <summary>Marks the routes that authenticate by their first message; every other asks for the header, whatever upgrade a request offers.</summary>
    internal static readonly object Route = new RouteMark();

    // who does not know the secret must not keep a connection
    private static readonly TimeSpan LongestGreeting = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(1);
    private readonly WebSocket socket;
    private readonly ArrayBufferWriter<byte> received = new(4096);

    private WireSocket(WebSocket socket) => this.socket = socket;

    /// <summary>Accepts, authenticates and converses until one side ends. A message that cannot be used closes the socket with the reason.</summary>
    internal static async Task ServeAsync(HttpContext http, BasicAuthentication authentication, Func<WireSocket, CancellationToken, Task> converse)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var farewell = Task.CompletedTask;
        WireSocket? socket = null;
        // cancelling a receive breaks the socket, so the other side is told first, and has a moment to answer
        using var goingAway = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() =>
        {
            farewell = socket?.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "The server stops", CancellationToken.None) ?? Task.CompletedTask;
            stop.CancelAfter(LongestFarewell);
        });
        try
        {
            socket = await AcceptAsync(http, authentication, stop.Token).ConfigureAwait(false);
            if (socket is not null)
                await converse(socket, stop.Token).ConfigureAwait(false);
        }
        catch (InvalidRequestException refused)
        {
            await socket!.CloseAsync(WebSocketCloseStatus.PolicyViolation, Shortened(refused.Message), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // the other side is gone, or this one stops: a client comes back and catches up
        }
        finally
        {
            await farewell.ConfigureAwait(false);
            socket?.Dispose();
        }
    }

    /// <summary>
    /// Accepts and authenticates; null where the caller is no websocket, or was sent away. A client that offers no sub-protocol (2.x) has no first message to
    /// authenticate with, so it is let in only where no secret is asked for.
    /// </summary>
    private static async Task<WireSocket?> AcceptAsync(HttpContext http, BasicAuthentication authentication, CancellationToken cancellation)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await http.ProblemAsync(StatusCodes.Status426UpgradeRequired, "This address speaks websocket").ConfigureAwait(false);
            return null;
        }
        var knowsProtocol = http.WebSockets.WebSocketRequestedProtocols.Contains(Protocol);
        var socket = new WireSocket(await http.WebSockets.AcceptWebSocketAsync(knowsProtocol ? Protocol : null).ConfigureAwait(false));
        if (!knowsProtocol && !authentication.IsOn)
            return socket;
        var refusal = knowsProtocol ? await socket.AuthenticateAsync(authentication, http.RequestServices.GetRequiredService<TimeProvider>(), cancellation).ConfigureAwait(false) : "The sub-protocol 'prefect' is needed to authenticate";
        if (refusal is null)
            return socket;
        await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, refusal, cancellation).ConfigureAwait(false);
        socket.Dispose();
        return null;
    }

    /// <summary>The next message; null once the other side has closed.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    internal async Task<JsonElement?> ReceiveAsync(CancellationToken cancellation)
    {
        received.ResetWrittenCount();
        while (true)
        {
            var part = await socket.ReceiveAsync(received.GetMemory(4096), cancellation).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            received.Advance(part.Count);
            if (received.WrittenCount > LargestMessage)
                throw new WebSocketException(WebSocketError.HeaderError, "The message is larger than this server takes.");
            if (part.EndOfMessage)
                return Parse(received.WrittenSpan);
        }
    }

    /// <summary>A follower's second message, which carries its filter.</summary>
    /// <exception cref="InvalidRequestException">It is another message.</exception>
    internal async Task<JsonElement> ReceiveFilterAsync(CancellationToken cancellation) =>
        await ReceiveAsync(cancellation).ConfigureAwait(false) is { ValueKind: JsonValueKind.Object } asked
        && asked.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("filter")
            ? asked
            : throw new InvalidRequestException("type", "Expected 'filter' message");

    internal ValueTask SendAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellation) =>
        socket.SendAsync(utf8, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellation);

    /// <summary>
    /// Tells until the teller ends, the other side closes or the token says so, then closes. After its first messages the other side only closes; the pending
    /// receive also answers its pings.
    /// </summary>
    internal async Task TellAsync(Func<CancellationToken, Task> tell, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var closed = new CancellationTokenSource();
        var telling = tell(ended.Token);
        var closing = UntilClosedAsync(closed.Token);
        await Task.WhenAny(telling, closing).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await QuietlyAsync(telling).ConfigureAwait(false);
        await CloseAsync(cancellation.IsCancellationRequested ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
        // cancelling a receive breaks the socket, so it comes last
        await closed.CancelAsync().ConfigureAwait(false);
        await QuietlyAsync(closing).ConfigureAwait(false);
    }

    /// <summary>Closes, or answers the other side's close.</summary>
    internal async Task CloseAsync(WebSocketCloseStatus status, string? reason, CancellationToken cancellation)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        try
        {
            await socket.CloseOutputAsync(status, reason, cancellation).ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            // the other side is gone: there is nobody to close with
        }
    }

    private async Task<string?> AuthenticateAsync(BasicAuthentication authentication, TimeProvider clock, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(LongestGreeting, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var first = await ReceiveAsync(ended.Token).ConfigureAwait(false);
        if (first is not { ValueKind: JsonValueKind.Object } message || !message.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("auth"))
            return "Expected 'auth' message";
        var token = message.TryGetProperty("token", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        if (!authentication.Accepts(token))
            return token is null ? "Auth required but no token provided" : "Invalid token";
        await SendAsync("""{"type":"auth_success"}"""u8.ToArray(), ended.Token).ConfigureAwait(false);
        return null;
    }

    private async Task UntilClosedAsync(CancellationToken cancellation)
    {
        while (await ReceiveAsync(cancellation).ConfigureAwait(false) is not null)
        {
            // nothing is expected any more
        }
    }

    // a broken connection and a stop both end a conversation; anything else is a fault
    private static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // the other side comes back and catches up
        }
    }

    // the reason of a close has at most 123 bytes
    private static string Shortened(string reason) => Encoding.UTF8.GetByteCount(reason) <= 123 ? reason : string.Concat(reason.AsSpan(0, Math.Min(reason.Length, 30)), "…");

    // what is no JSON reads as undefined, which no message is
    private static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    public void Dispose() => socket.Dispose();

    internal sealed class RouteMark;
}
