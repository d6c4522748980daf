using System.Threading.Channels;
using Reeve.Client;
using Reeve.Protocol.Events;

namespace Reeve;

/// <summary>
/// Sends the events of runs in the order in which they were told, in batches: what arises while a request is under way travels in the next. When the queue is full the teller
/// waits; no event is dropped while the process lives.
/// </summary>
internal sealed class EventUpload : IAsyncDisposable
{
    private const int MostInOneRequest = 200;
    private readonly OrchestrationClient _client;
    private readonly TimeProvider _time;
    private readonly Channel<Entry> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;

    public EventUpload(OrchestrationClient client, TimeProvider time, int queueLength = 10_000)
    {
        _client = client;
        _time = time;
        _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(queueLength) { SingleReader = true });
        _sending = Task.Run(() => SendAllAsync(_stop.Token));
    }

    public Task WriteAsync(Event happened, CancellationToken ct) => _queue.Writer.WriteAsync(new Entry(happened, null), ct).AsTask();

    /// <summary>Waits until every event told so far is stored, but not longer than <paramref name="limit"/>.</summary>
    /// <returns>False when the limit passed first.</returns>
    public async Task<bool> FlushAsync(TimeSpan limit, CancellationToken ct)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _queue.Writer.WriteAsync(new Entry(null, flushed), ct).AsTask().WaitAsync(limit, _time, ct);
            await flushed.Task.WaitAsync(limit, _time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync($"Some events are not stored: the API at {_client.Connection.ApiUrl} did not take them within {limit.TotalSeconds:0.#} seconds.");
            return false;
        }
    }

    private async Task SendAllAsync(CancellationToken ct)
    {
        var (batch, flushed) = (new List<Event>(), new List<TaskCompletionSource>());
        try
        {
            while (await _queue.Reader.WaitToReadAsync(ct))
            {
                while (batch.Count < MostInOneRequest && _queue.Reader.TryRead(out var entry))
                {
                    if (entry.Event is { } happened)
                        batch.Add(happened);
                    else
                        flushed.Add(entry.Flushed!);
                }

                if (batch.Count > 0)
                    await SendAsync(batch, ct);
                flushed.ForEach(one => one.TrySetResult());
                batch.Clear();
                flushed.Clear();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed: whoever wanted the events stored has flushed before.
        }
    }

    private async Task SendAsync(List<Event> batch, CancellationToken ct)
    {
        try
        {
            await _client.CreateEventsAsync(batch, ct);
        }
        catch (ApiException e) when (e.Status == System.Net.HttpStatusCode.UnprocessableEntity && batch.Count > 1)
        {
            // One event that the API refuses must not take the others with it.
            foreach (var happened in batch)
                await SendAsync([happened], ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Repeating was the client's part and it gave up, or the API refuses these events for good.
            await Console.Error.WriteLineAsync($"{batch.Count} event(s) from '{batch[0].Name}' on are not stored: {e.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _sending;
        _stop.Dispose();
    }

    private readonly record struct Entry(Event? Event, TaskCompletionSource? Flushed);
}
