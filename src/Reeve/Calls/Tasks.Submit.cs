using System.Runtime.CompilerServices;

namespace Reeve;

public static partial class Tasks
{
    /// <inheritdoc cref="TaskCalls.Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture<T> Submit<T>(Func<Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture Submit(Func<Task> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture<T> Submit<T>(Func<ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture Submit(Func<ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture<T> Submit<T>(Func<T> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T}(Func{Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture Submit(Action call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture<T> Submit<T1, T>(TaskFuture<T1> first, Func<T1, Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture<T> Submit<T1, T2, T>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture<T> Submit<T1, T2, T3, T>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, Task<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, third, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture Submit<T1>(TaskFuture<T1> first, Func<T1, Task> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture Submit<T1, T2>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, Task> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFuture Submit<T1, T2, T3>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, Task> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, third, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture<T> Submit<T1, T>(TaskFuture<T1> first, Func<T1, ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture<T> Submit<T1, T2, T>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture<T> Submit<T1, T2, T3, T>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, ValueTask<T>> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, third, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture Submit<T1>(TaskFuture<T1> first, Func<T1, ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture Submit<T1, T2>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFuture Submit<T1, T2, T3>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, ValueTask> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, third, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture<T> Submit<T1, T>(TaskFuture<T1> first, Func<T1, T> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture<T> Submit<T1, T2, T>(TaskFuture<T1> first, TaskFuture<T2> second, Func<T1, T2, T> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture<T> Submit<T1, T2, T3, T>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Func<T1, T2, T3, T> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, third, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture Submit<T1>(TaskFuture<T1> first, Action<T1> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture Submit<T1, T2>(TaskFuture<T1> first, TaskFuture<T2> second, Action<T1, T2> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, call, waitFor);

    /// <inheritdoc cref="TaskCalls.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})" />
    public static TaskFuture Submit<T1, T2, T3>(TaskFuture<T1> first, TaskFuture<T2> second, TaskFuture<T3> third, Action<T1, T2, T3> call, IEnumerable<TaskFuture>? waitFor = null) => Plain.Submit(first, second, third, call, waitFor);
}
