using System.Collections;
using System.Runtime.CompilerServices;
using Reeve.Calls;
using Reeve.Engine;

namespace Reeve;

/// <summary>Mapped calls without results, in the order of their items. Await it for the end of all: it throws the first failure in that order.</summary>
public sealed class TaskFutures : IReadOnlyList<TaskFuture>
{
    private readonly IReadOnlyList<TaskFuture> _futures;

    internal TaskFutures(IReadOnlyList<TaskFuture> futures) => _futures = futures;

    /// <inheritdoc />
    public int Count => _futures.Count;

    /// <inheritdoc />
    public TaskFuture this[int index] => _futures[index];

    /// <summary>Waits for the end of all and throws the first failure in the order of the items.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public async Task WaitAllAsync(CancellationToken ct = default) => (await StatesAsync(ct)).FirstOrDefault(state => !state.IsCompleted)?.ThrowIfFailed();

    /// <summary>Waits for the end of all and tells how each ended.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public async Task<ReturnedState[]> StatesAsync(CancellationToken ct = default)
    {
        var states = new ReturnedState[Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = await this[i].StateAsync(ct);
        return states;
    }

    /// <summary>The calls in the order in which they end.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public IAsyncEnumerable<TaskFuture> AsCompleted(CancellationToken ct = default) => Endings.Of(_futures, ct);

    /// <summary>Asks all calls to stop.</summary>
    public void Cancel()
    {
        foreach (var future in _futures)
            future.Cancel();
    }

    /// <summary>Waits as <see cref="WaitAllAsync"/> does.</summary>
    public TaskAwaiter GetAwaiter() => WaitAllAsync().GetAwaiter();

    /// <inheritdoc />
    public IEnumerator<TaskFuture> GetEnumerator() => _futures.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Mapped calls with results, in the order of their items. Await it for all results.</summary>
/// <typeparam name="T">The results' type.</typeparam>
public sealed class TaskFutures<T> : IReadOnlyList<TaskFuture<T>>
{
    private readonly IReadOnlyList<TaskFuture<T>> _futures;

    internal TaskFutures(IReadOnlyList<TaskFuture<T>> futures) => _futures = futures;

    /// <inheritdoc />
    public int Count => _futures.Count;

    /// <inheritdoc />
    public TaskFuture<T> this[int index] => _futures[index];

    /// <summary>Waits for the end of all. Throws the first failure in the order of the items.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    /// <returns>The results in the order of the items.</returns>
    public async Task<T[]> ResultsAsync(CancellationToken ct = default)
    {
        var results = (await StatesAsync(ct)).Select(state => state.Value).ToArray();
        FlowRunContext.Current?.Origins.Record(results, [.. _futures.Select(future => future.RunId).OfType<Guid>()]);
        return results;
    }

    /// <summary>Waits for the end of all and throws the first failure in the order of the items.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public async Task WaitAllAsync(CancellationToken ct = default) => (await StatesAsync(ct)).FirstOrDefault(state => !state.IsCompleted)?.ThrowIfFailed();

    /// <summary>Waits for the end of all and tells how each ended.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public async Task<ReturnedState<T>[]> StatesAsync(CancellationToken ct = default)
    {
        var states = new ReturnedState<T>[Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = await this[i].StateAsync(ct);
        return states;
    }

    /// <summary>The calls in the order in which they end.</summary>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public IAsyncEnumerable<TaskFuture<T>> AsCompleted(CancellationToken ct = default) => Endings.Of(_futures, ct);

    /// <summary>Asks all calls to stop.</summary>
    public void Cancel()
    {
        foreach (var future in _futures)
            future.Cancel();
    }

    /// <summary>Waits as <see cref="ResultsAsync"/> does.</summary>
    public TaskAwaiter<T[]> GetAwaiter() => ResultsAsync().GetAwaiter();

    /// <inheritdoc />
    public IEnumerator<TaskFuture<T>> GetEnumerator() => _futures.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
