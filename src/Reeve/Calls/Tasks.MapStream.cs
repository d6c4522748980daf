using System.Runtime.CompilerServices;

namespace Reeve;

public static partial class Tasks
{
    /// <inheritdoc cref="TaskCalls.Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static IAsyncEnumerable<TaskFuture<T>> Map<T1, T>(IAsyncEnumerable<T1> items, Func<T1, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Plain.Map(items, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static IAsyncEnumerable<TaskFuture> Map<T1>(IAsyncEnumerable<T1> items, Func<T1, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Plain.Map(items, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static IAsyncEnumerable<TaskFuture<T>> Map<T1, T>(IAsyncEnumerable<T1> items, Func<T1, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Plain.Map(items, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static IAsyncEnumerable<TaskFuture> Map<T1>(IAsyncEnumerable<T1> items, Func<T1, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Plain.Map(items, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static IAsyncEnumerable<TaskFuture<T>> Map<T1, T>(IAsyncEnumerable<T1> items, Func<T1, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Plain.Map(items, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T}(IAsyncEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static IAsyncEnumerable<TaskFuture> Map<T1>(IAsyncEnumerable<T1> items, Action<T1> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        Plain.Map(items, call, maxConcurrency, waitFor);
}
