using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Logs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Logs;

/// <summary><c>/logs/out</c> tells committed log lines as they come.</summary>
internal sealed class LogSocket(Database database, LogsStore logs, BasicAuthentication authentication, TimeProvider clock)
{
    private const int MostAtOnce = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    // a line of a transaction that began earlier may be committed later; so far back is looked again
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    internal void Map(IEndpointRouteBuilder api) => api.MapGet("/logs/out", OutAsync).WithMetadata(WireSocket.Route);

    private Task OutAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        var asked = await socket.ReceiveFilterAsync(stop).ConfigureAwait(false);
        var filter = asked.TryGetProperty("filter", out var given) && given.ValueKind == JsonValueKind.Object ? WireRequests.Read<Query>(WrapAsQuery(given)).Logs : null;
        await socket.TellAsync(ended => SendAsync(socket, filter, ended), stop).ConfigureAwait(false);
    });

    private static JsonElement WrapAsQuery(JsonElement filter) => WireJson.Parse($$"""{"logs":{{filter.GetRawText()}}}""");

    private async Task SendAsync(WireSocket socket, LogFilter? filter, CancellationToken cancellation)
    {
        var since = filter?.Timestamp?.After ?? clock.Now();
        Dictionary<Guid, DateTimeOffset> sent = [];
        while (true)
        {
            var next = database.Wakeups.Next(LogsStore.Topic);
            var from = since;
            var lines = await database.ReadAsync(session => logs.SinceAsync(session, filter, from, MostAtOnce + sent.Count), cancellation).ConfigureAwait(false);
            var fresh = lines.Where(line => sent.TryAdd(line.Id, line.Created)).ToList();
            foreach (var line in fresh)
                await socket.SendAsync(Message(line), cancellation).ConfigureAwait(false);
            since = Later(since, clock.Now() - Overlap, fresh.Count > 0 ? fresh[^1].Created : since);
            foreach (var (id, created) in sent)
                if (created < since)
                    sent.Remove(id);
            if (fresh.Count == 0)
                await database.Wakeups.WaitAsync(next, Pause, cancellation).ConfigureAwait(false);
        }
    }

    // goes on to what was sent last, but never into the time whose transactions may still be open
    private static DateTimeOffset Later(DateTimeOffset since, DateTimeOffset settled, DateTimeOffset last)
    {
        var reached = last < settled ? last : settled;
        return reached > since ? reached : since;
    }

    private static byte[] Message(Log line) => [.. """{"type":"log","log":"""u8, .. JsonSerializer.SerializeToUtf8Bytes(line, WireJson.TypeInfo<Log>()), (byte)'}'];
}
