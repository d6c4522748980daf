using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Reeve.Engine;

/// <summary>
/// A task that gives its values one after another. Its run starts with the first value that is asked for and ends when the values do; a reader that
/// stops early completes it. What was handed out cannot be taken back, so a failure is only retried before the first value.
/// </summary>
internal sealed class TaskStream<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, IAsyncEnumerable<T>> body, CallScope? scope, CancellationToken caller)
    : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None);

    private async IAsyncEnumerable<T> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, ct);
        using var left = new CancellationTokenSource(); // the reader went away: no cancellation of the run
        var values = Channel.CreateBounded<T>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = false });
        var count = 0;
        if (scope is not null)
            new CallScope { Sources = scope.Sources, WaitsFor = scope.WaitsFor, Created = scope.Created, Entered = scope.Entered, Cancelled = scope.Cancelled }.Enter(); // its options are in the task already
        var run = RunAsync();
        try
        {
            await foreach (var value in values.Reader.ReadAllAsync(CancellationToken.None))
                yield return value;
        }
        finally
        {
            await left.CancelAsync();
            await run;
        }

        async Task RunAsync()
        {
            try
            {
                await TaskEngine.CallAsync<Nothing>(task with { PersistResult = false, CachePolicy = CachePolicy.None, CacheKey = null, RetryIf = MayRetry }, arguments, PumpAsync, either.Token);
            }
            finally
            {
                values.Writer.TryComplete();
            }
        }

        bool MayRetry(Exception error, int attempt) => Volatile.Read(ref count) == 0 && (task.RetryIf?.Invoke(error, attempt) ?? true);

        async Task<Nothing> PumpAsync(CancellationToken token)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, left.Token);
            try
            {
                await foreach (var value in body(stop.Token).WithCancellation(stop.Token))
                {
                    await values.Writer.WriteAsync(value, stop.Token);
                    Volatile.Write(ref count, count + 1);
                }
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested && !token.IsCancellationRequested)
            {
                RunLogger.Current.Info($"Its reader stopped after {count} value(s)");
            }

            return default;
        }
    }
}
