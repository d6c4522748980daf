using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Reeve.Client;
using Reeve.Protocol.Logs;

namespace Reeve.Logging;

/// <summary>
/// Sends log lines to the API in batches. Writers never wait: lines go into a bounded queue; when the API is away for so long that the queue
/// is full, further lines are counted and the count is itself logged. A flush waits until all that was written before it is stored.
/// </summary>
internal sealed class LogUpload : IAsyncDisposable
{
    private readonly OrchestrationClient _client;
    private readonly TimeProvider _time;
    private readonly LogUploadLimits _limits;
    private readonly Channel<Entry> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private int _dropped;

    public LogUpload(OrchestrationClient client, TimeProvider time, LogUploadLimits limits)
    {
        _client = client;
        _time = time;
        _limits = limits;
        _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(limits.QueueLength) { SingleReader = true });
        _sending = Task.Run(() => SendAllAsync(_stop.Token));
    }

    public void Write(LogCreate line)
    {
        if (line.Message.Length > _limits.MessageLength)
            line = line with { Message = Truncate(line.Message) };
        if (!_queue.Writer.TryWrite(new Entry(line, null)))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Waits until every line written so far is stored, but not longer than <paramref name="limit"/>.</summary>
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
            await Console.Error.WriteLineAsync($"Some log lines are not stored: the API at {_client.Connection.ApiUrl} did not take them within {limit.TotalSeconds:0.#} seconds.");
            return false;
        }
    }

    private async Task SendAllAsync(CancellationToken ct)
    {
        var batch = new List<LogCreate>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(ct))
            {
                var flushed = await CollectAsync(batch, ct);
                if (batch.Count > 0)
                    await SendAsync(batch, ct);
                flushed?.TrySetResult();
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed: whoever wanted the lines stored has flushed before.
        }
    }

    /// <summary>Fills a batch until it is full, its time is over or a flush is asked for.</summary>
    private async Task<TaskCompletionSource?> CollectAsync(List<LogCreate> batch, CancellationToken ct)
    {
        var size = 0;
        using var window = new CancellationTokenSource(_limits.BatchTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, window.Token);
        while (batch.Count < _limits.BatchLines && size < _limits.BatchCharacters)
        {
            if (_queue.Reader.TryRead(out var entry))
            {
                if (entry.Flushed is not null)
                    return entry.Flushed;
                batch.Add(entry.Line!);
                size += entry.Line!.Message.Length;
                continue;
            }

            try
            {
                if (!await _queue.Reader.WaitToReadAsync(either.Token))
                    return null;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    private async Task SendAsync(List<LogCreate> batch, CancellationToken ct)
    {
        var last = batch[^1];
        var dropped = Interlocked.Exchange(ref _dropped, 0);
        if (dropped > 0)
            batch.Add(last with { Level = (int)RunLogLevel.Warning, Message = $"{dropped} log lines were dropped here: the API was away and the queue of {_limits.QueueLength} was full." });
        try
        {
            await _client.CreateLogsAsync(batch, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Repeating was the client's part and it gave up, or the API refuses these lines for good. The console keeps them.
            await Console.Error.WriteLineAsync($"{batch.Count} log lines are not stored: {e.Message}");
        }
    }

    private string Truncate(string message)
    {
        var note = string.Create(CultureInfo.InvariantCulture, $"… [truncated: {message.Length} characters in all]");
        return new StringBuilder(message, 0, _limits.MessageLength, _limits.MessageLength + note.Length).Append(note).ToString();
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _sending;
        _stop.Dispose();
    }

    private readonly record struct Entry(LogCreate? Line, TaskCompletionSource? Flushed);
}

/// <summary>The bounds of <see cref="LogUpload"/>.</summary>
internal sealed record LogUploadLimits
{
    public int QueueLength { get; init; } = 50_000;
    public int BatchLines { get; init; } = 500;
    public int BatchCharacters { get; init; } = 1_000_000;

    /// <summary>Longer messages are cut, visibly; a little under what the API takes.</summary>
    public int MessageLength { get; init; } = 900_000;
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromSeconds(1);
}
