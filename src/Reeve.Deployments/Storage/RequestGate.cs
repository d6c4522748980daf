namespace Reeve.Deployments.Storage;

/// <summary>
/// Lets the requests of one transfer through: so many at once, each given up when nothing moves for a while, and tried again with growing,
/// random pauses when the store is throttling, failing or out of reach.
/// </summary>
internal sealed class RequestGate(int parallel, TimeProvider time, Action<string> warn) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private const int MostDamaged = 3;

    private readonly SemaphoreSlim _slots = new(parallel);
    private long _warned;

    /// <summary>How many requests run at once.</summary>
    public int Parallel => parallel;

    /// <summary>How often one request is tried.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>How long a request may stand still.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <param name="what">What is being done, for the messages: "upload of 'a.py'".</param>
    /// <param name="request">The request; it is told apart by its attempt.</param>
    /// <exception cref="StoreException">It failed for good, or as often as it may be tried.</exception>
    public async Task<T> RunAsync<T>(string what, Func<RequestAttempt, Task<T>> request, CancellationToken ct)
    {
        for (var number = 1; ; number++)
        {
            StoreException failure;
            await _slots.WaitAsync(ct);
            try
            {
                using var attempt = new RequestAttempt(IdleLimit, time, ct);
                try
                {
                    return await request(attempt);
                }
                catch (OperationCanceledException exception) when (attempt.Token.IsCancellationRequested && !ct.IsCancellationRequested)
                {
                    failure = new StoreException($"nothing moved for {IdleLimit.TotalSeconds:0} seconds", StoreFault.Transient, exception);
                }
                catch (StoreException exception)
                {
                    failure = exception;
                }
                catch (Exception exception) when (exception is not LocalFileException && LocalFault(exception) is { } local)
                {
                    throw new LocalFileException(local.Message, exception); // HttpClient takes the file's fault for the connection's
                }
                catch (Exception exception) when (!ct.IsCancellationRequested && IsBrokenConnection(exception))
                {
                    failure = new StoreException(Words(exception), StoreFault.Transient, exception);
                }
            }
            finally
            {
                _slots.Release();
            }
            if (failure.Fault is not (StoreFault.Transient or StoreFault.Damaged))
                throw failure;
            if (number >= (failure.Fault is StoreFault.Damaged ? Math.Min(Attempts, MostDamaged) : Attempts))
                throw new StoreException($"{what}: given up after {number} attempts: {failure.Message}", StoreFault.Other, failure);
            var pause = Pause(number, failure.RetryAfter);
            Warn(what, failure, pause);
            await Task.Delay(pause, time, ct);
        }
    }

    public Task RunAsync(string what, Func<RequestAttempt, Task> request, CancellationToken ct) => RunAsync(what, async attempt =>
    {
        await request(attempt);
        return true;
    }, ct);

    public void Dispose() => _slots.Dispose();

    /// <summary>Whether it tells of the network rather than of a file of this machine.</summary>
    internal static bool IsBrokenConnection(Exception exception) => exception switch
    {
        LocalFileException => false,
        HttpRequestException or System.Net.Sockets.SocketException or TimeoutException or HttpIOException => true,
        IOException => true,
        _ => exception.InnerException is { } inner && IsBrokenConnection(inner),
    };

    private static LocalFileException? LocalFault(Exception? exception) =>
        exception is null or LocalFileException ? exception as LocalFileException : LocalFault(exception.InnerException);

    private static string Words(Exception exception) => exception.InnerException is { } inner and not OperationCanceledException
        ? $"{exception.Message.TrimEnd('.')} ({inner.GetBaseException().Message.TrimEnd('.')})" : exception.Message.TrimEnd('.');

    // Half of the pause is random, so that transfers throttled together do not come back together.
    private static TimeSpan Pause(int number, TimeSpan? asked)
    {
        var pause = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, number - 1), LongestPause.TotalSeconds) * (0.5 + Random.Shared.NextDouble() / 2);
        return TimeSpan.FromSeconds(Math.Max(pause, Math.Min(asked?.TotalSeconds ?? 0, 2 * LongestPause.TotalSeconds)));
    }

    // A store that throttles does it to hundreds of requests in a second; one line in five seconds says it well enough.
    private void Warn(string what, StoreException failure, TimeSpan pause)
    {
        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref _warned);
        if ((last == 0 || time.GetElapsedTime(last, now) > TimeSpan.FromSeconds(5)) && Interlocked.CompareExchange(ref _warned, now, last) == last)
            warn($"{what}: {failure.Message}; trying again in {pause.TotalSeconds:0.0} seconds");
    }
}

/// <summary>One try of a request. Who moves bytes for it says so, or it is given up.</summary>
internal sealed class RequestAttempt : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;

    public RequestAttempt(TimeSpan limit, TimeProvider time, CancellationToken ct)
    {
        _limit = limit;
        _idle = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, ct);
    }

    public CancellationToken Token => _either.Token;

    public void Moved() => _idle.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}

/// <summary>A file of this machine that cannot be read or written: no store's fault, and no reason to try again.</summary>
internal sealed class LocalFileException(string message, Exception? inner = null) : IOException(message, inner);
