using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Reeve.Server.Tests.Storage;

/// <summary>
/// Clients that make flow runs and lead each to its end. What got no answer they say again under the same key, to whichever server there is then. What was answered is
/// remembered, and must be true for ever.
/// </summary>
internal sealed class PersistentClients
{
    private static readonly string[] Ends = ["COMPLETED", "FAILED", "CRASHED"];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Step>> told = new();
    private readonly CancellationToken cancellation;
    private readonly List<Task> clients;
    private TaskCompletionSource<HttpClient> server = New();
    private int acknowledged;
    private int repeated;
    private volatile bool stopping;

    internal PersistentClients(int count, CancellationToken cancellation)
    {
        this.cancellation = cancellation;
        clients = [.. Enumerable.Range(0, count).Select(number => Task.Run(() => WorkAsync(number), cancellation))];
    }

    /// <summary>A state that a run must have been in, for it was answered so.</summary>
    private sealed record Step(string Type, string? StateId);

    /// <summary>How many answers came.</summary>
    internal int Acknowledged => Volatile.Read(ref acknowledged);

    /// <summary>How many requests had to be said again.</summary>
    internal int Repeated => Volatile.Read(ref repeated);

    internal int Runs => told.Count;

    /// <summary>New requests wait; those that are under way stay so.</summary>
    internal void Suspend() => Volatile.Write(ref server, New());

    internal void Resume(HttpClient client) => server.TrySetResult(client);

    /// <summary>Waits until so many more answers have come.</summary>
    internal async Task AdvanceAsync(int more)
    {
        for (var until = Acknowledged + more; Acknowledged < until; await Task.Yield())
        {
            cancellation.ThrowIfCancellationRequested();
            if (clients.Find(client => client.IsCompleted) is { } failed)
            {
                await failed;
                throw new InvalidOperationException("A client gave up.");
            }
        }
    }

    /// <summary>Every client leads its last run to the end.</summary>
    internal Task FinishAsync()
    {
        stopping = true;
        return Task.WhenAll(clients);
    }

    /// <summary>Nothing that was answered is missing, nothing is there twice or against the law, and what sums a history up equals it.</summary>
    internal Task CheckAsync(HttpClient client) => Parallel.ForEachAsync(
        told, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (run, _) => await CheckAsync(client, run.Key, [.. run.Value]));

    private async Task WorkAsync(int number)
    {
        var flow = (await SendAsync("flows/", new { name = $"under-fire-{number}" })).Text("id");
        for (var turn = 0; !stopping; turn++)
        {
            var key = Guid.NewGuid();
            var run = (await SendAsync("flow_runs/", new { flow_id = flow, idempotency_key = key, state = new { type = "PENDING" } })).Text("id");
            var steps = told.GetOrAdd(run, _ => []);
            steps.Enqueue(new("PENDING", null));
            await ProposeAsync(run, steps, "RUNNING", accepted: true);
            await ProposeAsync(run, steps, Ends[turn % Ends.Length], accepted: true);
            await ProposeAsync(run, steps, "CANCELLING", accepted: false); // an ended run is not cancelled any more
        }
    }

    private async Task ProposeAsync(string run, ConcurrentQueue<Step> steps, string type, bool accepted)
    {
        var answer = await SendAsync($"flow_runs/{run}/set_state", new { state = new { type, state_details = new { transition_id = Guid.NewGuid() } } });
        var (status, state) = (answer.Text("status"), answer.GetProperty("state"));
        if (!accepted)
        {
            Assert.Equal("ABORT", status);
            return;
        }
        // REJECT: the repeated proposal finds that it had been taken
        Assert.True(status is "ACCEPT" or "REJECT", status);
        Assert.Equal(type, state.Text("type"));
        steps.Enqueue(new(type, state.Text("id")));
    }

    private async Task<JsonElement> SendAsync(string path, object body)
    {
        while (true)
        {
            var client = await Volatile.Read(ref server).Task.WaitAsync(cancellation);
            try
            {
                using var answer = await client.PostAsJsonAsync(path, body, cancellation);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    answer.EnsureSuccessStatusCode();
                    var json = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
                    Interlocked.Increment(ref acknowledged);
                    return json;
                }
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested
                && fault is HttpRequestException { StatusCode: null } or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // the server was killed, and its client closed: whether it had done it is not known
            }
            Interlocked.Increment(ref repeated);
            await Task.Yield();
        }
    }

    private async Task CheckAsync(HttpClient client, string run, Step[] steps)
    {
        var read = await client.GetFromJsonAsync<JsonElement>($"flow_runs/{run}", cancellation);
        var history = (await client.GetFromJsonAsync<JsonElement>($"flow_run_states/?flow_run_id={run}", cancellation)).EnumerateArray().ToList();
        // exactly what was answered, in the order in which it was: none missing, none double, none that no client proposed
        Assert.Equal(steps.Select(step => step.Type), history.Select(state => state.Text("type")));
        Assert.All(steps.Zip(history), pair => Assert.True(pair.First.StateId is null || pair.First.StateId == pair.Second.Text("id")));
        Assert.Equal(history.Select(state => state.Text("timestamp")).Order(StringComparer.Ordinal), history.Select(state => state.Text("timestamp")));
        // the projection sums up the history
        var (running, last) = (history.Single(state => state.Text("type") == "RUNNING"), history[^1]);
        Assert.Equal((last.Text("id"), last.Text("type"), "1"), (read.Text("state_id"), read.Text("state_type"), read.Text("run_count")));
        Assert.Equal((running.Text("timestamp"), last.Text("timestamp")), (read.Text("start_time"), read.Text("end_time")));
        var seconds = (last.GetProperty("timestamp").GetDateTimeOffset() - running.GetProperty("timestamp").GetDateTimeOffset()).TotalSeconds;
        Assert.Equal(seconds, read.GetProperty("total_run_time").GetDouble(), 5);
        // the outbox has one event for each state, with the state's id
        using var events = await client.PostAsJsonAsync("events/filter", new { filter = new { resource = new { id = new[] { $"prefect.flow-run.{run}" } } } }, cancellation);
        Assert.Equal(
            history.Select(state => state.Text("id")).Order(),
            (await events.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("events").EnumerateArray().Select(happened => happened.Text("id")).Order());
    }

    private static TaskCompletionSource<HttpClient> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
