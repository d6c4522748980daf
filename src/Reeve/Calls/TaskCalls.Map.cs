using System.Runtime.CompilerServices;
using Reeve.Calls;

namespace Reeve;

public sealed partial class TaskCalls
{
    /// <summary>Starts a call for each item. What is the same for all calls is captured by the lambda. The items are enumerated at once; the calls begin in their order as places come free.</summary>
    /// <param name="items">The items.</param>
    /// <param name="call">Calls the task or flow with an item.</param>
    /// <param name="maxConcurrency">How many of these calls run at once, 1 or more; default as many as the task runner lets.</param>
    /// <param name="waitFor">Calls that must complete before any of these.</param>
    [OverloadResolutionPriority(2)]
    public TaskFutures<T> Map<T1, T>(IEnumerable<T1> items, Func<T1, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items.Select(item => Lambda.Of(() => call(item), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures Map<T1>(IEnumerable<T1> items, Func<T1, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items.Select(item => Lambda.Of(() => call(item), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures<T> Map<T1, T>(IEnumerable<T1> items, Func<T1, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items.Select(item => Lambda.Of(() => call(item), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures Map<T1>(IEnumerable<T1> items, Func<T1, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items.Select(item => Lambda.Of(() => call(item), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures<T> Map<T1, T>(IEnumerable<T1> items, Func<T1, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items.Select(item => Lambda.Of(() => call(item), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{T1}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures Map<T1>(IEnumerable<T1> items, Action<T1> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items.Select(item => Lambda.Of(() => call(item), call)), maxConcurrency, waitFor);

    /// <summary>Starts a call for the result of each future once it is there, and records where its argument came from.</summary>
    /// <param name="items">Give the items.</param>
    /// <param name="call">Calls the task or flow with an item.</param>
    /// <param name="maxConcurrency">How many of these calls run at once, 1 or more; default as many as the task runner lets.</param>
    /// <param name="waitFor">Calls that must complete before any of these.</param>
    [OverloadResolutionPriority(5)]
    public TaskFutures<T> Map<T1, T>(IEnumerable<TaskFuture<T1>> items, Func<T1, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items, item => Lambda.Of(() => call(item.Value), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{TaskFuture{T1}}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(5)]
    public TaskFutures Map<T1>(IEnumerable<TaskFuture<T1>> items, Func<T1, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items, item => Lambda.Of(() => call(item.Value), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{TaskFuture{T1}}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(4)]
    public TaskFutures<T> Map<T1, T>(IEnumerable<TaskFuture<T1>> items, Func<T1, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items, item => Lambda.Of(() => call(item.Value), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{TaskFuture{T1}}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(4)]
    public TaskFutures Map<T1>(IEnumerable<TaskFuture<T1>> items, Func<T1, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items, item => Lambda.Of(() => call(item.Value), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{TaskFuture{T1}}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(3)]
    public TaskFutures<T> Map<T1, T>(IEnumerable<TaskFuture<T1>> items, Func<T1, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items, item => Lambda.Of(() => call(item.Value), call), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T}(IEnumerable{TaskFuture{T1}}, Func{T1, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(3)]
    public TaskFutures Map<T1>(IEnumerable<TaskFuture<T1>> items, Action<T1> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(items, item => Lambda.Of(() => call(item.Value), call), maxConcurrency, waitFor);
}
