using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Reeve.Client;
using Reeve.Protocol.Logs;

namespace Reeve.Logging;

/// <summary>
/// Sends log lines to the API in batches. Writers never wait for it: lines go into a bounded queue, and when the API is away for so long that the queue is full, into the spool.
/// Only when that is full too, further lines are counted and the count is itself logged. A flush waits until all that was written before it is stored, at the API or in the spool.
/// </summary>
internal sealed class LogUpload : IAsyncDisposable
{
    private readonly OrchestrationClient _client;
    private readonly TimeProvider _time;
    private readonly LogUploadLimits _limits;
    private readonly LogSpool? _spool;
    private readonly SecretVariables _secrets;
    private readonly List<LogCreate> _overflow = [];
    private readonly Channel<Entry> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private readonly Lock _gate = new();
    private CancellationTokenSource _away = new();
    private int _hasty;
    private int _dropped;
    private int _spooled;

    public LogUpload(OrchestrationClient client, TimeProvider time, LogUploadLimits limits, LogSpool? spool = null, SecretVariables? secrets = null)
    {
        _secrets = secrets ?? new SecretVariables(Environment.GetEnvironmentVariable);
        _client = client;
        _time = time;
        _limits = limits;
        _spool = spool;
        _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(limits.QueueLength) { SingleReader = true });
        _sending = Task.Run(() => SendAllAsync(_stop.Token));
    }

    public void Write(LogCreate line)
    {
        // before it is cut: half a secret would be known to nobody
        if (_secrets.Redact(line.Message) is var redacted && !ReferenceEquals(redacted, line.Message))
            line = line with { Message = redacted };
        if (line.Message.Length > _limits.MessageLength)
            line = line with { Message = Truncate(line.Message) };
        if (!_queue.Writer.TryWrite(new Entry(line, null)))
            Overflow(line);
    }

    private void Overflow(LogCreate line)
    {
        lock (_overflow)
        {
            _overflow.Add(line);
            if (_overflow.Count >= _limits.BatchLines || _spool is null)
                SpoolOverflow();
        }
    }

    private void SpoolOverflow()
    {
        lock (_overflow)
        {
            Spool(_overflow);
            _overflow.Clear();
        }
    }

    private void Spool(List<LogCreate> lines)
    {
        if (lines.Count == 0)
            return;
        ref var count = ref _spool?.TryAdd(lines) == true ? ref _spooled : ref _dropped;
        Interlocked.Add(ref count, lines.Count);
    }

    /// <summary>Waits until every line written so far is stored. What the API does not take within <paramref name="limit"/> is put into the spool.</summary>
    /// <returns>False when the limit passed first.</returns>
    public async Task<bool> FlushAsync(TimeSpan limit, CancellationToken ct)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flushing = FlushAsync(flushed, ct);
        try
        {
            await flushing.WaitAsync(limit, _time, ct);
        }
        catch (TimeoutException) when (_spool is not null)
        {
            await ToDiskAsync(flushing);
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync($"Some log lines are not stored: the API at {_client.Connection.ApiUrl} did not take them within {limit.TotalSeconds:0.#} seconds.");
            return false;
        }

        var (spooled, dropped) = (Interlocked.Exchange(ref _spooled, 0), Volatile.Read(ref _dropped));
        if (spooled > 0)
            await Console.Error.WriteLineAsync($"The API at {_client.Connection.ApiUrl} did not take {spooled} log lines. They are kept in {_spool!.Folder} and sent by the next flow of this home that reaches it.");
        if (dropped > 0)
            await Console.Error.WriteLineAsync($"{dropped} log lines are not stored: neither the API at {_client.Connection.ApiUrl} nor the spool took them.");
        return spooled == 0 && dropped == 0;
    }

    // Until the last of those whose time is up has its lines stored, they go to the disk. A source that the sender may have in its hands is not disposed; it has no timer.
    private async Task ToDiskAsync(Task flushing)
    {
        CancellationTokenSource away;
        lock (_gate)
        {
            _hasty++;
            away = _away;
        }

        try
        {
            await away.CancelAsync();
            await flushing;
        }
        finally
        {
            lock (_gate)
            {
                if (--_hasty == 0)
                    _away = new CancellationTokenSource();
            }
        }
    }

    private CancellationToken Away
    {
        get
        {
            lock (_gate)
                return _away.Token;
        }
    }

    private async Task FlushAsync(TaskCompletionSource flushed, CancellationToken ct)
    {
        SpoolOverflow();
        await _queue.Writer.WriteAsync(new Entry(null, flushed), ct);
        await flushed.Task.WaitAsync(ct);
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
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, Away);
        try
        {
            await _client.CreateLogsAsync(batch, either.Token);
        }
        catch (ApiException e) when (_spool is null || (e.Status is { } status && LogSpool.IsForGood(status)))
        {
            // Repeating was the client's part and it gave up, or the API refuses these lines for good. The console keeps them.
            await Console.Error.WriteLineAsync($"{batch.Count} log lines are not stored: {e.Message}");
        }
        catch (Exception e) when (e is ApiException || !ct.IsCancellationRequested)
        {
            Spool(batch);
            return;
        }

        await SendSpooledAsync(either.Token);
    }

    // The API is there: what it missed follows.
    private async Task SendSpooledAsync(CancellationToken ct)
    {
        if (_spool is not { HasLines: true })
            return;
        try
        {
            await _spool.SendAsync(_client, ct);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            // It stays where it is, for the next time.
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
        _away.Dispose();
    }

    private readonly record struct Entry(LogCreate? Line, TaskCompletionSource? Flushed);
}
