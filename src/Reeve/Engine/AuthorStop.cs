namespace Reeve.Engine;

/// <summary>
/// The token that the author's code is given. It is cancelled with the engine's, but on a thread of the pool: what waits for it goes on inside the cancelling, so code that blocks
/// or throws there would hold up the renewal of every lease, or end the process from the thread of a timer.
/// </summary>
internal sealed class AuthorStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _asked;

    public AuthorStop(RunLogger logger, CancellationToken asked) => _asked = asked.Register(() => _ = CancelAsync(logger));

    public CancellationToken Token => _source.Token;

    private async Task CancelAsync(RunLogger logger)
    {
        try
        {
            await _source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The code ended in this moment; there is nothing left to stop.
        }
        catch (AggregateException e)
        {
            logger.Error(e.InnerExceptions[0], "A callback of the cancellation failed:");
        }
    }

    public void Dispose()
    {
        _asked.Dispose();
        _source.Dispose();
    }
}
