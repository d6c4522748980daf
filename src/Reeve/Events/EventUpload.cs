using System.Threading.Channels;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Spooling;

namespace Reeve;

/// <summary>
/// Sends the events of runs in the order in which they were told, in batches: what arises while a request is under way travels in the next. From the first request that the API
/// does not answer on they are kept on the disk, and whoever tells of one goes on when it is there; when the API is back they are told in order. When the disk does not take
/// them they wait in the queue, and when that is full the teller waits.
/// </summary>
internal sealed class EventUpload : IAsyncDisposable
{
    private const int MostAtOnce = 200;
    private readonly OrchestrationClient _client;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly Channel<Entry> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _haste = new();
    private readonly Task _sending;
    private readonly Lock _gate = new();
    private SpoolFile? _file;
    private TaskCompletionSource _back = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _returning = Task.CompletedTask;
    private int _kept;
    private volatile bool _isAway;

    public EventUpload(ApiConnection connection, string home, TimeProvider time, int queueLength = 10_000)
    {
        _client = new OrchestrationClient(connection.With(RetryPolicy.None));
        _retry = connection.Retry;
        _time = time;
        Folder = Path.Combine(LeftBehind.FolderOf(home, connection.ApiUrl), "events");
        _path = Path.Combine(Folder, $"{Ids.New(time.GetUtcNow())}.events");
        _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(queueLength) { SingleReader = true });
        _sending = Task.Run(() => SendAllAsync(_stop.Token));
    }

    /// <summary>Where the events of this home's processes are kept for this API, a file for each process.</summary>
    public string Folder { get; }

    /// <summary>Takes an event over. While the API is away it is on the disk when this returns.</summary>
    public async Task WriteAsync(Event happened, CancellationToken ct)
    {
        var kept = _isAway ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        await _queue.Writer.WriteAsync(new Entry(happened, kept), ct);
        if (kept is not null)
            await kept.Task.WaitAsync(ct);
    }

    /// <summary>Waits until every event told so far is stored at the API or on the disk, but not longer than <paramref name="limit"/>.</summary>
    /// <returns>False when the limit passed first.</returns>
    public async Task<bool> KeepAsync(TimeSpan limit, CancellationToken ct)
    {
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _queue.Writer.WriteAsync(new Entry(null, kept), ct).AsTask().WaitAsync(limit, _time, ct);
            await kept.Task.WaitAsync(limit, _time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Waits until every event told so far is stored at the API, but not longer than <paramref name="limit"/>; the rest is left to the next process.</summary>
    /// <returns>False when the limit passed first.</returns>
    public async Task<bool> FlushAsync(TimeSpan limit, CancellationToken ct)
    {
        var began = _time.GetTimestamp();
        if (!await KeepAsync(limit, ct))
        {
            await _haste.CancelAsync(); // a request that hangs has had its time: what it carries goes to the disk
            if (!await KeepAsync(TimeSpan.FromSeconds(1), ct))
                return await SayAsync($"Some events are not stored: neither the API at {_client.Connection.ApiUrl} nor the disk took them.");
        }

        try
        {
            var left = limit - _time.GetElapsedTime(began);
            if (_isAway)
                await _back.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return await SayAsync($"The API at {_client.Connection.ApiUrl} did not take {_kept} event(s). They are kept in {Folder}, and the next process of this home that reaches it tells them.");
        }
    }

    private static async Task<bool> SayAsync(string line)
    {
        await Console.Error.WriteLineAsync(line);
        return false;
    }

    private async Task SendAllAsync(CancellationToken ct)
    {
        var (batch, waiting) = (new List<Event>(), new List<TaskCompletionSource>());
        try
        {
            while (await _queue.Reader.WaitToReadAsync(ct))
            {
                while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var entry))
                {
                    if (entry.Event is { } happened)
                        batch.Add(happened);
                    if (entry.Kept is { } kept)
                        waiting.Add(kept);
                }

                if (batch.Count > 0)
                    await StoreAsync(batch, ct);
                waiting.ForEach(one => one.TrySetResult());
                batch.Clear();
                waiting.Clear();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed: whoever wanted the events stored has flushed before.
        }
    }

    private async Task StoreAsync(List<Event> batch, CancellationToken ct)
    {
        while (!TryKeepWhileAway(batch))
        {
            if (_isAway)
                await _back.Task.WaitAsync(ct); // the disk does not take it
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _haste.Token);
            try
            {
                await LateEventSending.SendAsync(_client, batch, either.Token);
                return;
            }
            catch (Exception e) when (e is ApiException || !ct.IsCancellationRequested)
            {
                BeAway();
            }
        }
    }

    private void BeAway()
    {
        lock (_gate)
        {
            if (_isAway)
                return;
            (_isAway, _kept) = (true, 0);
            _back = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _returning = Task.Run(() => ReturnAsync(_stop.Token));
        }
    }

    private bool TryKeepWhileAway(List<Event> batch)
    {
        lock (_gate)
        {
            if (!_isAway)
                return false;
            try
            {
                _file ??= SpoolFile.Create(_path);
                if (!_file.TryAdd(batch.Select(LateEventSending.ToBytes)))
                    return false;
                _kept += batch.Count;
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private async Task ReturnAsync(CancellationToken ct)
    {
        for (var attempt = 1; _isAway; attempt++)
        {
            try
            {
                await Task.Delay(_retry.Pause(attempt, null), _time, ct);
                if (_file is { IsEmpty: false } file)
                    await LateEventSending.SendAsync(_client, file, ct);
                else
                    await LeftBehind.AskAsync(_client.Connection, ct);
                BeBackIfAllIsTold();
            }
            catch (Exception e) when (e is ApiException or IOException)
            {
                // Not yet.
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return; // disposed: what is left is in the file
            }
        }
    }

    private void BeBackIfAllIsTold()
    {
        lock (_gate)
        {
            if (_file is { IsEmpty: false })
                return;
            _isAway = false;
            _back.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await Task.WhenAll(_sending, _returning);
        _file?.Dispose();
        _stop.Dispose();
        _haste.Dispose();
    }

    private readonly record struct Entry(Event? Event, TaskCompletionSource? Kept);
}
