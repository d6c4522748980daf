using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Events;

namespace Reeve.Spooling;

/// <summary>Tells an API of events in their order, kept ones and new ones. One that it refuses is said and left out, and takes no other with it. The API records each id once.</summary>
internal static class LateEventSending
{
    private const int MostInOneRequest = 200;

    /// <summary>Sends all that is in a file.</summary>
    /// <exception cref="ApiException">The API is away, or lets nobody in; what was not sent stays.</exception>
    public static async Task SendAsync(OrchestrationClient client, SpoolFile file, CancellationToken ct)
    {
        while (!file.IsEmpty)
        {
            var (records, next) = file.Read(MostInOneRequest);
            await SendAsync(client, Readable(records), ct);
            file.Forget(next);
        }
    }

    /// <summary>Sends events.</summary>
    /// <exception cref="ApiException">As above; nothing of them is stored, or all that came before a refused one.</exception>
    public static async Task SendAsync(OrchestrationClient client, List<Event> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return;
        try
        {
            await client.CreateEventsAsync(events, ct);
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.UnprocessableEntity && events.Count > 1)
        {
            foreach (var one in events)
                await SendAsync(client, [one], ct);
        }
        catch (ApiException e) when (e.Status is { } status && (LogSpool.IsForGood(status) || status == HttpStatusCode.NotFound))
        {
            // A server that has no such route will not have it in an hour either.
            await Console.Error.WriteLineAsync($"{events.Count} event(s) from '{events[0].Name}' on are not stored: {e.Message}");
        }
    }

    public static byte[] ToBytes(Event happened) => JsonSerializer.SerializeToUtf8Bytes(happened, WireJson.TypeInfo<Event>());

    private static List<Event> Readable(List<byte[]> records)
    {
        var events = new List<Event>();
        foreach (var record in records)
        {
            try
            {
                events.Add(JsonSerializer.Deserialize(record, WireJson.TypeInfo<Event>())!);
            }
            catch (JsonException e)
            {
                Console.Error.WriteLine($"An event that was kept cannot be read and is left out: {e.Message}");
            }
        }

        return events;
    }
}
