using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Reeve.Calls;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

/// <summary>A task worker whose server goes away.</summary>
public sealed class TaskWorkerTests : EngineStage
{
    [Fact]
    public async Task Worker_without_a_place_waits_before_it_connects_again()
    {
        var connections = 0;
        await using var server = LoopbackServer.Start(context => Sockets(context, async () =>
        {
            if (Interlocked.Increment(ref connections) > 1)
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else
                await HandOutAsync(await context.WebSockets.AcceptWebSocketAsync("prefect"), runs: 2);
        }));
        var clock = new HandClock();
        var retry = new RetryPolicy { Patience = TimeSpan.FromMinutes(30) };
        await using var session = new EngineSession(Session.Settings, new ApiConnection(new SocketsHttpHandler(), new Uri(server.Url + "/api"), retry), clock);
        EngineSession.Current = session;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
#pragma warning disable REEVE001 // named, not called
        var working = new TaskWorker(new TaskWorkerOptions { Name = "busy", Concurrency = 1, StopPatience = TimeSpan.FromSeconds(77) }, Note).RunAsync(stop.Token);
#pragma warning restore REEVE001

        await clock.TimerAsync(TimeSpan.FromSeconds(0.5)).WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.Equal(2, connections);
        await stop.CancelAsync();
        await clock.TimerAsync(TimeSpan.FromSeconds(77));
        clock.Fire(TimeSpan.FromSeconds(77));
        await working;
    }

    // What is no websocket is not answered, so that the first run is never claimed and keeps its place.
    private static Task Sockets(HttpContext context, Func<Task> accept) => new WebSocketMiddleware(
        async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
                await accept();
            else
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        },
        Options.Create(new WebSocketOptions()),
        NullLoggerFactory.Instance).Invoke(context);

    private static async Task HandOutAsync(WebSocket socket, int runs)
    {
        using (socket)
        {
            await HearAsync(socket); // who it is
            await SayAsync(socket, """{"type":"auth_success"}""");
            await HearAsync(socket); // which tasks it takes
            for (var i = 0; i < runs; i++)
            {
                await SayAsync(socket, JsonSerializer.Serialize(Delayed(), WireJson.TypeInfo<TaskRun>()));
                await HearAsync(socket); // that it has it, or that it leaves
            }
        }
    }

    private static async Task HearAsync(WebSocket socket)
    {
        try
        {
            await socket.ReceiveAsync(new byte[4096].AsMemory(), Token);
        }
        catch (WebSocketException)
        {
            // The worker left without a word.
        }
    }

    private static ValueTask SayAsync(WebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, Token);

    private static TaskRun Delayed() => new()
    {
        Id = Ids.New(DateTimeOffset.UnixEpoch),
        Created = DateTimeOffset.UnixEpoch,
        Updated = DateTimeOffset.UnixEpoch,
        Name = "note-0",
#pragma warning disable REEVE001 // named, not called
        TaskKey = TaskCatalog.Find(((Delegate)Note).Method)!.Key,
#pragma warning restore REEVE001
        DynamicKey = "0",
        State = new State
        {
            Id = Guid.Empty,
            Type = StateType.Scheduled,
            Name = "Scheduled",
            Timestamp = DateTimeOffset.UnixEpoch,
            Data = DelayedParameters.Data(WireJson.Parse("""{"text":"x"}"""), worker: null),
        },
    };

    [Task]
    private static void Note(string text) => RunLogger.Current.Info(text);
}
