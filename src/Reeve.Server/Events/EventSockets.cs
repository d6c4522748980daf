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
    Database database, EventsStore events, EventStream stream, BasicAuthentication authentication, TimeProvider clock, ILogger<EventSockets> log)
{
    internal const string InPath = "/events/in";
    private const int MostInOneWrite = 200;
    private const int BackfillPage = 250;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(InPath, InAsync).WithMetadata(WireSocket.Route);
        api.MapGet("/events/out", OutAsync).WithMetadata(WireSocket.Route);
    }

    private Task InAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        // full: the socket is not read, and the client waits
        var waiting = Channel.CreateBounded<Event>(new BoundedChannelOptions(1000) { SingleReader = true, SingleWriter = true });
        var backlog = new Backlog();
        var storing = StoreAsync(waiting.Reader, backlog, stop);
        // the pong is all that a client hears of its events: it comes when they are stored
        if (http.Features.Get<PingGate>() is { } gate)
            gate.Settled = backlog.EmptyAsync;
        try
        {
            while (await socket.ReceiveAsync(stop).ConfigureAwait(false) is { } message)
            {
                if (Read(message) is { } happened)
                {
                    backlog.Add();
                    await waiting.Writer.WriteAsync(happened, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception fault) when (WireSocket.IsOver(fault))
        {
            // what came before the break is stored below
        }
        waiting.Writer.Complete();
        await storing.ConfigureAwait(false);
        // the answer to the client's close says that all of it is stored
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
    });

    private async Task StoreAsync(ChannelReader<Event> waiting, Backlog backlog, CancellationToken stop)
    {
        List<Event> batch = new(MostInOneWrite);
        while (await waiting.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (batch.Count < MostInOneWrite && waiting.TryRead(out var next))
                batch.Add(next);
            await StoreAsync(batch, stop).ConfigureAwait(false);
            backlog.Done(batch.Count);
            batch.Clear();
        }
    }

    // one bad event must not take the others with it; while the database is busy all of them wait, at most until the client is gone
    private async Task StoreAsync(List<Event> batch, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await database.WriteAsync(session => events.ReceiveAsync(session, batch), CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (StorageBusyException busy) when (!stop.IsCancellationRequested)
            {
                await Task.Delay(busy.RetryAfter, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                await StoreEachAsync(batch, fault, stop).ConfigureAwait(false);
                return;
            }
        }
    }

    private async Task StoreEachAsync(List<Event> batch, Exception fault, CancellationToken stop)
    {
        if (batch is [var single])
            NotStored(fault, single.Id, single.Name);
        else
            foreach (var one in batch)
                await StoreAsync([one], stop).ConfigureAwait(false);
    }

    private Event? Read(JsonElement message)
    {
        try
        {
            var happened = WireRequests.Read<Event>(message);
            if (EventChecks.Faults(happened) is not [var first, ..])
                return happened;
            NotRead(first.Msg);
        }
        catch (Exception fault) when (fault is InvalidRequestException or InvalidOperationException)
        {
            NotRead(fault.Message);
        }
        return null;
    }

    private Task OutAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        var asked = await socket.ReceiveFilterAsync(stop).ConfigureAwait(false);
        var filter = asked.TryGetProperty("filter", out var given) && given.ValueKind == JsonValueKind.Object ? WireRequests.Read<EventFilter>(given) : new EventFilter();
        var backfill = !(asked.TryGetProperty("backfill", out var wanted) && wanted.ValueKind == JsonValueKind.False);
        await socket.TellAsync(ended => SendAsync(socket, filter, backfill, ended), stop).ConfigureAwait(false);
    });

    private async Task SendAsync(WireSocket socket, EventFilter filter, bool backfill, CancellationToken cancellation)
    {
        EventPosition? told = backfill ? await BackfillAsync(socket, filter, cancellation).ConfigureAwait(false) : null;
        using var subscription = await stream.SubscribeAsync(filter, cancellation).ConfigureAwait(false);
        if (told is { } from)
            await FollowAsync(socket, filter, from, subscription.From, cancellation).ConfigureAwait(false);
        await foreach (var body in subscription.Events.ReadAllAsync(cancellation).ConfigureAwait(false))
            await socket.SendAsync(Message(body), cancellation).ConfigureAwait(false);
        await socket.CloseAsync(WireSocket.TryAgainLater, "The events came faster than they were read; ask again", cancellation).ConfigureAwait(false);
    }

    /// <summary>Tells what was, at the pace of the client, and returns how far. What is committed meanwhile is told as it comes, until the end is in sight.</summary>
    private async Task<EventPosition> BackfillAsync(WireSocket socket, EventFilter filter, CancellationToken cancellation)
    {
        var end = await database.ReadAsync(events.EndAsync, cancellation).ConfigureAwait(false);
        (DateTimeOffset, long)? last = null;
        while (true)
        {
            var from = last;
            var page = await database.ReadAsync(session => events.UntilAsync(session, filter, end, from, BackfillPage), cancellation).ConfigureAwait(false);
            foreach (var (occurred, offset, body) in page)
            {
                await socket.SendAsync(Message(body), cancellation).ConfigureAwait(false);
                last = (occurred, offset);
            }
            if (page.Count < BackfillPage)
                break;
        }
        return await FollowAsync(socket, filter, end, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Tells what was committed after a position, up to another one or until little is left.</summary>
    private async Task<EventPosition> FollowAsync(WireSocket socket, EventFilter filter, EventPosition from, EventPosition? until, CancellationToken cancellation)
    {
        while (true)
        {
            var position = from;
            var batch = await database.ReadAsync(session => events.AfterAsync(session, position, BackfillPage), cancellation).ConfigureAwait(false);
            foreach (var (at, body) in batch)
            {
                if (until is { } end && at.CompareTo(end) > 0)
                    return from;
                if (filter.Matches(JsonSerializer.Deserialize(body, WireJson.TypeInfo<Event>())!))
                    await socket.SendAsync(Message(body), cancellation).ConfigureAwait(false);
                from = at;
            }
            if (batch.Count < BackfillPage)
                return from;
        }
    }

    private static byte[] Message(ReadOnlySpan<byte> body) => [.. """{"type":"event","event":"""u8, .. body, (byte)'}'];

    [LoggerMessage(LogLevel.Warning, "A message on /events/in is no event: {Reason}")]
    private partial void NotRead(string reason);

    [LoggerMessage(LogLevel.Error, "Event {Id} ({Name}) was not stored")]
    private partial void NotStored(Exception fault, Guid id, string name);
}
