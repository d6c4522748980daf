using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary><c>/task_runs/subscriptions/scheduled</c> hands background task runs to their workers: one at a time, the next after the acknowledgement of the one before.</summary>
internal sealed partial class BackgroundTaskSocket(
    Database database, BackgroundTaskRuns queue, BasicAuthentication authentication, TimeProvider clock, ILogger<BackgroundTaskSocket> log)
{
    private const WebSocketCloseStatus Violation = (WebSocketCloseStatus)4001;
    // offers of other servers lapse without a signal
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(5);

    internal void Map(IEndpointRouteBuilder api) => api.MapGet("/task_runs/subscriptions/scheduled", ServeAsync).WithMetadata(WireSocket.Route);

    private Task ServeAsync(HttpContext http) => WireSocket.ServeAsync(http, authentication, async (socket, stop) =>
    {
        if (await socket.ReceiveAsync(stop).ConfigureAwait(false) is not { } first)
            return;
        if (Read(first) is not ({ } subscription, null))
        {
            await socket.CloseAsync(Violation, Read(first).Fault, CancellationToken.None).ConfigureAwait(false);
            return;
        }
        Subscribed(subscription.Client, string.Join(", ", subscription.Keys));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var seen = SeenAsync(subscription, ended.Token);
        try
        {
            await HandOutAsync(socket, subscription, stop).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await seen.ConfigureAwait(false);
            await database.WriteAsync(session => TaskWorkers.ForgetAsync(session, subscription.Connection), CancellationToken.None).ConfigureAwait(false);
        }
    });

    private async Task HandOutAsync(WireSocket socket, Subscription subscription, CancellationToken stop)
    {
        var answer = socket.ReceiveAsync(stop);
        while (true)
        {
            var signal = database.Wakeups.Next(BackgroundTaskRuns.Topic);
            if (answer.IsCompleted)
            {
                // nothing is expected while nothing is handed out, but for the end
                if (await answer.ConfigureAwait(false) is not { } message || Kind(message) == "quit")
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
                    return;
                }
                answer = socket.ReceiveAsync(stop);
            }
            if (await TakeAsync(subscription, stop).ConfigureAwait(false) is { } run)
            {
                if (!await DeliverAsync(socket, subscription, run, answer, stop).ConfigureAwait(false))
                    return;
                answer = socket.ReceiveAsync(stop);
            }
            else
            {
                await WaitAsync(subscription, signal, answer, stop).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<TaskRun?> TakeAsync(Subscription subscription, CancellationToken stop)
    {
        // a look costs less than a write, and every waiting worker looks at every signal
        var next = await database.ReadAsync(session => queue.NextAsync(session, subscription.Keys), stop).ConfigureAwait(false);
        return next <= clock.GetUtcNow() ? await database.WriteAsync(session => queue.TakeAsync(session, subscription.Keys, subscription.Connection), stop).ConfigureAwait(false) : null;
    }

    /// <summary>Hands a run over; false where the conversation ended with it, and the run went back.</summary>
    private async Task<bool> DeliverAsync(WireSocket socket, Subscription subscription, TaskRun run, Task<JsonElement?> answer, CancellationToken stop)
    {
        var acknowledged = false;
        try
        {
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(run, WireJson.TypeInfo<TaskRun>()), stop).ConfigureAwait(false);
            var message = await answer.WaitAsync(BackgroundTaskRuns.Patience / 2, clock, stop).ConfigureAwait(false);
            acknowledged = message is { } given && Kind(given) == "ack";
            if (acknowledged)
            {
                if (!await database.WriteAsync(session => BackgroundTaskRuns.AcknowledgeAsync(session, run.Id, subscription.Connection, clock.Now()), CancellationToken.None).ConfigureAwait(false))
                    AcknowledgedLate(subscription.Client, run.Id);
                return true;
            }
            var quits = message is not { } other || Kind(other) == "quit";
            await socket.CloseAsync(
                quits ? WebSocketCloseStatus.NormalClosure : Violation, quits ? null : "Protocol violation: expected 'ack' message", CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await socket.CloseAsync(Violation, "Protocol violation: expected 'ack' message", CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            if (!acknowledged)
                await database.WriteAsync(session => BackgroundTaskRuns.ReleaseAsync(session, run.Id, subscription.Connection), CancellationToken.None).ConfigureAwait(false);
        }
        return false;
    }

    private async Task WaitAsync(Subscription subscription, Task signal, Task answer, CancellationToken stop)
    {
        var next = await database.ReadAsync(session => queue.NextAsync(session, subscription.Keys), stop).ConfigureAwait(false);
        var wait = next - clock.GetUtcNow() is { } left && left < LongestWait ? left : LongestWait;
        // a run that is ready and was not taken is being taken by another
        await database.Wakeups.WaitAsync(Task.WhenAny(signal, answer), wait > ShortestWait ? wait : ShortestWait, stop).ConfigureAwait(false);
    }

    /// <summary>Notes that the worker is there, for as long as it is.</summary>
    private async Task SeenAsync(Subscription subscription, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await database.WriteAsync(session => TaskWorkers.SeeAsync(session, subscription, clock.Now()), ended).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is StorageBusyException or OperationCanceledException)
            {
                // told again with the next beat
            }
            await Task.Delay(TaskWorkers.Beat, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static (Subscription? Subscription, string? Fault) Read(JsonElement message)
    {
        if (Kind(message) != "subscribe")
            return (null, "Protocol violation: expected 'subscribe' message");
        if (!message.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() == 0
            || keys.EnumerateArray().Any(key => key.ValueKind != JsonValueKind.String))
            return (null, "Protocol violation: expected 'keys' in subscribe message");
        return message.TryGetProperty("client_id", out var client) && client.ValueKind == JsonValueKind.String && client.GetString() is { Length: > 0 } id
            ? (new Subscription(Guid.NewGuid(), id, [.. keys.EnumerateArray().Select(key => key.GetString()!).Distinct()]), null)
            : (null, "Protocol violation: expected 'client_id' in subscribe message");
    }

    private static string? Kind(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    [LoggerMessage(LogLevel.Information, "Task worker {Client} takes runs of {Keys}")]
    private partial void Subscribed(string client, string keys);

    [LoggerMessage(LogLevel.Warning, "Task worker {Client} acknowledged task run {Run} after its offer had lapsed")]
    private partial void AcknowledgedLate(string client, Guid run);

    /// <summary>A worker's connection, which is also the name of its offers.</summary>
    internal sealed record Subscription(Guid Connection, string Client, string[] Keys);
}
