using System.Runtime.CompilerServices;
using Reeve.Calls;

namespace Reeve;

public sealed partial class TaskCalls
{
    /// <summary>Runs the call and gives its result, as the plain call would, with what was said for it.</summary>
    /// <param name="call">Calls the task or flow, and is called once.</param>
    /// <exception cref="UpstreamTaskException">A call that this one was to wait for did not complete.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="call"/> called no task or flow.</exception>
    [OverloadResolutionPriority(2)]
    public Task<T> Run<T>(Func<Task<T>> call) =>
        RunAsync(Lambda.Of(call));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(2)]
    public Task Run(Func<Task> call) =>
        RunAsync(Lambda.Of(call));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public Task<T> Run<T>(Func<ValueTask<T>> call) =>
        RunAsync(Lambda.Of(call));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public Task Run(Func<ValueTask> call) =>
        RunAsync(Lambda.Of(call));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})" />
    public T Run<T>(Func<T> call) =>
        RunHere(call);

    /// <inheritdoc cref="Run{T}(Func{Task{T}})" />
    public void Run(Action call) =>
        RunHere(() =>
        {
            call();
            return true;
        });

    /// <summary>Runs the call to its end and gives the final state; what the code threw is in it. A stop of the whole flow run is thrown all the same.</summary>
    /// <param name="call">Calls the task or flow.</param>
    [OverloadResolutionPriority(2)]
    public Task<ReturnedState<T>> StateAsync<T>(Func<Task<T>> call) =>
        ReturnStateAsync(Lambda.Of(call));

    /// <inheritdoc cref="StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(2)]
    public Task<ReturnedState> StateAsync(Func<Task> call) =>
        PlainStateAsync(Lambda.Of(call));

    /// <inheritdoc cref="StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public Task<ReturnedState<T>> StateAsync<T>(Func<ValueTask<T>> call) =>
        ReturnStateAsync(Lambda.Of(call));

    /// <inheritdoc cref="StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public Task<ReturnedState> StateAsync(Func<ValueTask> call) =>
        PlainStateAsync(Lambda.Of(call));

    /// <inheritdoc cref="StateAsync{T}(Func{Task{T}})" />
    public Task<ReturnedState<T>> StateAsync<T>(Func<T> call) =>
        ReturnStateAsync(Lambda.Of(call));

    /// <inheritdoc cref="StateAsync{T}(Func{Task{T}})" />
    public Task<ReturnedState> StateAsync(Action call) =>
        PlainStateAsync(Lambda.Of(call));

    private async Task<ReturnedState> PlainStateAsync<T>(Lambda<T> lambda) => await ReturnStateAsync(lambda);
}
