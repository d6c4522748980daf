using Microsoft.Extensions.Logging;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary>A loop that owns one kind of work. A failed round is logged and tried again; the loop itself ends only with the server.</summary>
internal abstract partial class PeriodicService(TimeSpan interval, TimeProvider clock, ILogger log)
{
    protected TimeProvider Clock { get; } = clock;

    /// <summary>One round.</summary>
    internal abstract Task RunOnceAsync(CancellationToken cancellation);

    internal async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var wait = WaitAsync(cancellation);
                await RunOnceAsync(cancellation).ConfigureAwait(false);
                await wait.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (fault is StorageBusyException busy)
                    RoundWaits(GetType().Name, busy.Message);
                else
                    RoundFailed(fault, GetType().Name);
                await Task.Delay(interval, Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Each by itself: one that fails is logged and looked at again in the next round, and those behind it do not wait for it.</summary>
    protected async Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> work)
    {
        foreach (var item in items)
        {
            try
            {
                await work(item).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is not (OperationCanceledException or StorageBusyException))
            {
                PieceFailed(fault, GetType().Name, item?.ToString());
            }
        }
    }

    /// <summary>The pause between two rounds; started before the round, so that a signal during it is not lost.</summary>
    protected virtual Task WaitAsync(CancellationToken cancellation) => Task.Delay(interval, Clock, cancellation);

    [LoggerMessage(LogLevel.Warning, "{Service} waits: {Reason}")]
    private partial void RoundWaits(string service, string reason);

    [LoggerMessage(LogLevel.Error, "{Service} failed in one round and goes on")]
    private partial void RoundFailed(Exception fault, string service);

    [LoggerMessage(LogLevel.Error, "{Service} could not deal with {Piece} and goes on with the others")]
    private partial void PieceFailed(Exception fault, string service, string? piece);
}
