namespace Reeve.Engine;

/// <summary>
/// The token of an author's code: cancelled by the stop of its run, or by its timeout. It is cancelled at once, but what is registered on it is called on
/// the pool: code that the cancellation lets go on would otherwise run in the thread that asked, one run after the other, and a run whose code
/// then waits for another would keep that other from ever being told.
/// </summary>
internal sealed class BodyStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _stopped;
    private readonly CancellationTokenRegistration _late;
    private Task _telling = Task.CompletedTask;

    public BodyStop(CancellationToken stop, CancellationToken limit)
    {
        _stopped = stop.Register(Ask);
        _late = limit.Register(Ask);
    }

    public CancellationToken Token => _source.Token;

    private void Ask()
    {
        lock (_source)
        {
            if (!_source.IsCancellationRequested)
                _telling = TellAsync(_source.CancelAsync());
        }
    }

    private static async Task TellAsync(Task told)
    {
        try
        {
            await told;
        }
        catch (AggregateException e)
        {
            // Callbacks of the author's code on the token; who asks to stop, a signal or the renewal of leases, must not fall by them.
            await Console.Error.WriteLineAsync($"A callback of the flow's cancellation failed: {e.InnerExceptions[0].Message}");
        }
    }

    public void Dispose()
    {
        _stopped.Dispose();
        _late.Dispose();
        // Disposed before all are told, it would forget those that are left.
        if (_telling.IsCompleted)
            _source.Dispose();
        else
            _ = _telling.ContinueWith(_ => _source.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
