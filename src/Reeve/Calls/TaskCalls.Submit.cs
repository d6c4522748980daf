using System.Runtime.CompilerServices;
using Reeve.Calls;

namespace Reeve;

public sealed partial class TaskCalls
{
    /// <summary>Starts the call beside this code, as soon as the task runner has a place.</summary>
    /// <param name="call">Calls the task or flow. Runs on another thread.</param>
    /// <param name="waitFor">Calls that must complete before; when one does not, this one is not run and its run stays Pending under the name NotReady.</param>
    [OverloadResolutionPriority(2)]
    public TaskFuture<T> Submit<T>(Func<Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(call), waitFor);

    /// <inheritdoc cref="Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture Submit(Func<Task> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(call), waitFor);

    /// <inheritdoc cref="Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture<T> Submit<T>(Func<ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(call), waitFor);

    /// <inheritdoc cref="Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture Submit(Func<ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(call), waitFor);

    /// <inheritdoc cref="Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture<T> Submit<T>(Func<T> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(call), waitFor);

    /// <inheritdoc cref="Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture Submit(Action call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(call), waitFor);

    /// <summary>Starts a call with the results of others once they are there, and records where its arguments came from. When one of them does not complete, the call is not run and its run stays Pending under the name NotReady; <see cref="Tasks.AllowFailure{T}"/> lets it run.</summary>
    /// <param name="first">Gives the argument.</param>
    /// <param name="call">Calls the task or flow.</param>
    /// <param name="waitFor">Calls that must complete before.</param>
    [OverloadResolutionPriority(2)]
    public TaskFuture<T> Submit<T1, T>(TaskFuture<T1> first, Func<T1, Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value), call), waitFor, first);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture<T> Submit<T1, T2, T>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value), call), waitFor, first, second);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture<T> Submit<T1, T2, T3, T>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value, third.Value), call), waitFor, first, second, third);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture Submit<T1>(TaskFuture<T1> first, Func<T1, Task> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value), call), waitFor, first);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture Submit<T1, T2>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, Task> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value), call), waitFor, first, second);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture Submit<T1, T2, T3>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, Task> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value, third.Value), call), waitFor, first, second, third);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture<T> Submit<T1, T>(TaskFuture<T1> first, Func<T1, ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value), call), waitFor, first);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture<T> Submit<T1, T2, T>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value), call), waitFor, first, second);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture<T> Submit<T1, T2, T3, T>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value, third.Value), call), waitFor, first, second, third);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture Submit<T1>(TaskFuture<T1> first, Func<T1, ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value), call), waitFor, first);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture Submit<T1, T2>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value), call), waitFor, first, second);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture Submit<T1, T2, T3>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value, third.Value), call), waitFor, first, second, third);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture<T> Submit<T1, T>(TaskFuture<T1> first, Func<T1, T> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value), call), waitFor, first);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture<T> Submit<T1, T2, T>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, T> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value), call), waitFor, first, second);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture<T> Submit<T1, T2, T3, T>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, T> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value, third.Value), call), waitFor, first, second, third);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture Submit<T1>(TaskFuture<T1> first, Action<T1> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value), call), waitFor, first);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture Submit<T1, T2>(TaskFuture<T1> first, TaskFuture<T2> second, Action<T1, T2> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value), call), waitFor, first, second);

    /// <inheritdoc cref="Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public TaskFuture Submit<T1, T2, T3>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Action<T1, T2, T3> call, IEnumerable<TaskFuture>? waitFor = null) =>
        Start(Lambda.Of(() => call(first.Value, second.Value, third.Value), call), waitFor, first, second, third);
}
