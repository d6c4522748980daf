using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Reeve.Calls;

namespace Reeve;

public sealed partial class TaskCalls
{
    /// <summary>
    /// Makes a call for each item as items come, never more at once than <paramref name="maxConcurrency"/> lets, and reads no item before there is room for its call. Enumerate
    /// it: <c>await foreach</c> gives the calls in the order in which they end, and nothing begins before. Whoever takes them slowly slows the calls down.
    /// When the reading of items fails, what runs is given first, then the failure is thrown. Calls that run when the enumeration is left go on.
    /// </summary>
    /// <param name="items">The items, read one after the other.</param>
    /// <param name="call">Calls the task or flow with an item.</param>
    /// <param name="maxConcurrency">How many of these calls there are at once, 1 or more; default as many as the task runner lets.</param>
    /// <param name="waitFor">Calls that must complete before any of these.</param>
    [OverloadResolutionPriority(2)]
    public IAsyncEnumerable<TaskFuture<T>> Map<T1, T>(IAsyncEnumerable<T1> items, Func<T1, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Stream(items, item => Lambda.Of(() => call(item), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public IAsyncEnumerable<TaskFuture> Map<T1>(IAsyncEnumerable<T1> items, Func<T1, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Stream(items, item => Lambda.Of(() => call(item), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<TaskFuture<T>> Map<T1, T>(IAsyncEnumerable<T1> items, Func<T1, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Stream(items, item => Lambda.Of(() => call(item), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<TaskFuture> Map<T1>(IAsyncEnumerable<T1> items, Func<T1, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Stream(items, item => Lambda.Of(() => call(item), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public IAsyncEnumerable<TaskFuture<T>> Map<T1, T>(IAsyncEnumerable<T1> items, Func<T1, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Stream(items, item => Lambda.Of(() => call(item), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public IAsyncEnumerable<TaskFuture> Map<T1>(IAsyncEnumerable<T1> items, Action<T1> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Stream(items, item => Lambda.Of(() => call(item), call), maxConcurrency, waitFor);

    private IAsyncEnumerable<TaskFuture<T>> Stream<T1, T>(IAsyncEnumerable<T1> items, Func<T1, Lambda<T>> call, int? maxConcurrency, IEnumerable<TaskFuture>? waitFor)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (maxConcurrency is { } most)
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(maxConcurrency));
        return StreamAsync(items, call, maxConcurrency, waitFor is null ? _waitsFor : [.. _waitsFor, .. waitFor]);
    }

    private async IAsyncEnumerable<TaskFuture<T>> StreamAsync<T1, T>(
        IAsyncEnumerable<T1> items, Func<T1, Lambda<T>> call, int? maxConcurrency, IReadOnlyList<TaskFuture> waitsFor, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var submissions = Submissions.Current;
        var most = maxConcurrency ?? submissions.RunnerOf(_options).MaxWorkers;
        using var left = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ended = Channel.CreateBounded<TaskFuture<T>>(most); // a place for each call that is open, so a write never fails
        var source = items.GetAsyncEnumerator(left.Token);
        Task<bool>? next = null;
        Task<bool>? failed = null;
        Task<bool>? ending = null;
        try
        {
            for (var (open, isRead) = (0, false); !isRead || open > 0;)
            {
                if (!isRead && open < most)
                    next ??= source.MoveNextAsync().AsTask();
                ending ??= ended.Reader.WaitToReadAsync(ct).AsTask();
                if (next is not null && (next.IsCompleted || await Task.WhenAny(next, ending) == next)) // an item that is there goes before an end that is there
                {
                    failed = next.IsCompletedSuccessfully ? null : next;
                    isRead = failed is not null || !await next;
                    next = null;
                    if (isRead)
                        continue;
                    open++;
                    var future = submissions.Start(call(source.Current), _options, [], waitsFor, limit: null);
                    _ = future.Ended.ContinueWith(_ => ended.Writer.TryWrite(future), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                    continue;
                }

                await ending;
                ending = null;
                var first = await ended.Reader.ReadAsync(ct);
                yield return first;
                open--; // the place is free once the caller comes back for more
            }

            if (failed is not null)
                await failed;
        }
        finally
        {
            await left.CancelAsync();
            if (next is not null)
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // an enumerator must not be disposed while it moves
            await source.DisposeAsync();
        }
    }
}
