using System.Runtime.CompilerServices;
using Reeve.Calls;

namespace Reeve;

public sealed partial class TaskCalls
{
    /// <summary>Leaves the call to a task worker: makes its run in state Scheduled, with the arguments stored at the server, and returns. The lambda is called to learn task and arguments, but the task is not run: what it would return is a default value here, so the lambda is to be the call alone. Arguments travel as JSON and are kept in the run's state, readable for whoever may read the run: give the name of a secret, not the secret.</summary>
    /// <param name="call">Calls the task.</param>
    /// <param name="after">The earliest start, from now; default at once.</param>
    /// <param name="ct">Ends the wait for the API.</param>
    /// <exception cref="NotSupportedException">An argument has no JSON form, or <paramref name="call"/> calls a flow.</exception>
    [OverloadResolutionPriority(2)]
    public Task<DelayedTask<T>> Delay<T>(Func<Task<T>> call, TimeSpan? after = null, CancellationToken ct = default) =>
        DelayAsync(Lambda.Of(call), after, ct);

    /// <inheritdoc cref="Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(2)]
    public Task<DelayedTask> Delay(Func<Task> call, TimeSpan? after = null, CancellationToken ct = default) =>
        PlainDelayAsync(Lambda.Of(call), after, ct);

    /// <inheritdoc cref="Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(1)]
    public Task<DelayedTask<T>> Delay<T>(Func<ValueTask<T>> call, TimeSpan? after = null, CancellationToken ct = default) =>
        DelayAsync(Lambda.Of(call), after, ct);

    /// <inheritdoc cref="Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(1)]
    public Task<DelayedTask> Delay(Func<ValueTask> call, TimeSpan? after = null, CancellationToken ct = default) =>
        PlainDelayAsync(Lambda.Of(call), after, ct);

    /// <inheritdoc cref="Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    public Task<DelayedTask<T>> Delay<T>(Func<T> call, TimeSpan? after = null, CancellationToken ct = default) =>
        DelayAsync(Lambda.Of(call), after, ct);

    /// <inheritdoc cref="Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    public Task<DelayedTask> Delay(Action call, TimeSpan? after = null, CancellationToken ct = default) =>
        PlainDelayAsync(Lambda.Of(call), after, ct);

    private async Task<DelayedTask> PlainDelayAsync<T>(Lambda<T> lambda, TimeSpan? after, CancellationToken ct) => await DelayAsync(lambda, after, ct);

    private Task<DelayedTask<T>> DelayAsync<T>(Lambda<T> lambda, TimeSpan? after, CancellationToken ct) => Delayed.MakeAsync(lambda, _options, after, ct);
}
