using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary><c>/events/in</c> takes what clients tell, <c>/events/out</c> tells what was committed.</summary>
internal sealed partial class EventSockets(
    Database database, EventsStore events, EventStream stream, BasicAuthentication authentication, ILogger<EventSockets> log)
{
    private const int MostInOneWrite = 200;
    private const int MostBackfilled = 1000;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events/in", InAsync).WithMetadata(WireSocket.Route);
        api.MapGet("/events/out", OutAsync).WithMetadata(WireSocket.Route);
    }

    private Task InAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        // full: the socket is not read, and the client waits
        var waiting = Channel.CreateBounded<Event>(new BoundedChannelOptions(1000) { SingleReader = true, SingleWriter = true });
        var storing = StoreAsync(waiting.Reader);
        try
        {
            while (await socket.ReceiveAsync(stop).ConfigureAwait(false) is { } message)
            {
                if (Read(message) is { } happened)
                    await waiting.Writer.WriteAsync(happened, stop).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // what came before the break is stored below
        }
        waiting.Writer.Complete();
        await storing.ConfigureAwait(false);
        // the answer to the client's close says that all of it is stored
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
    });

    private async Task StoreAsync(ChannelReader<Event> waiting)
    {
        List<Event> batch = new(MostInOneWrite);
        while (await waiting.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (batch.Count < MostInOneWrite && waiting.TryRead(out var next))
                batch.Add(next);
            await StoreAsync(batch).ConfigureAwait(false);
            batch.Clear();
        }
    }

    // one bad event must not take the others with it
    private async Task StoreAsync(List<Event> batch)
    {
        try
        {
            await database.WriteAsync(session => events.ReceiveAsync(session, batch), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception) when (batch.Count > 1)
        {
            foreach (var one in batch)
                await StoreAsync([one]).ConfigureAwait(false);
        }
        catch (StorageBusyException busy)
        {
            await Task.Delay(busy.RetryAfter, CancellationToken.None).ConfigureAwait(false);
            await StoreAsync(batch).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            NotStored(fault, batch[0].Id, batch[0].Name);
        }
    }

    private Event? Read(JsonElement message)
    {
        try
        {
            var happened = WireRequests.Read<Event>(message);
            if (happened.Resource.ContainsKey(EventMatcher.ResourceId))
                return happened;
            NotRead($"the resource has no {EventMatcher.ResourceId}");
        }
        catch (Exception fault) when (fault is InvalidRequestException or InvalidOperationException)
        {
            NotRead(fault.Message);
        }
        return null;
    }

    private Task OutAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        var filter = await socket.ReceiveFilterAsync(stop).ConfigureAwait(false) is { } given ? WireRequests.Read<EventFilter>(given) : new EventFilter();
        await socket.TellAsync(ended => SendAsync(socket, filter, ended), stop).ConfigureAwait(false);
    });

    private async Task SendAsync(WireSocket socket, EventFilter filter, CancellationToken cancellation)
    {
        using var subscription = await stream.SubscribeAsync(filter, cancellation).ConfigureAwait(false);
        var (recent, _) = await database.ReadAsync(
            session => events.FilterAsync(session, filter with { Order = "DESC" }, 0, MostBackfilled, subscription.From), cancellation).ConfigureAwait(false);
        recent.Reverse();
        foreach (var happened in recent)
            await socket.SendAsync(Message(JsonSerializer.SerializeToUtf8Bytes(happened, WireJson.TypeInfo<Event>())), cancellation).ConfigureAwait(false);
        await foreach (var body in subscription.Events.ReadAllAsync(cancellation).ConfigureAwait(false))
            await socket.SendAsync(Message(body), cancellation).ConfigureAwait(false);
        await socket.CloseAsync((WebSocketCloseStatus)1013, "The events came faster than they were read; ask again", cancellation).ConfigureAwait(false);
    }

    private static byte[] Message(ReadOnlySpan<byte> body) => [.. """{"type":"event","event":"""u8, .. body, (byte)'}'];

    [LoggerMessage(LogLevel.Warning, "A message on /events/in is no event: {Reason}")]
    private partial void NotRead(string reason);

    [LoggerMessage(LogLevel.Error, "Event {Id} ({Name}) was not stored")]
    private partial void NotStored(Exception fault, Guid id, string name);
}
