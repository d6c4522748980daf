using System.Runtime.CompilerServices;
using Reeve.Calls;

namespace Reeve;

public sealed partial class TaskCalls
{
    /// <summary>Starts a call for the items that stand side by side in several inputs.</summary>
    /// <param name="first">The first arguments.</param>
    /// <param name="second">The second arguments.</param>
    /// <param name="call">Calls the task or flow.</param>
    /// <param name="maxConcurrency">How many of these calls run at once, 1 or more; default as many as the task runner lets.</param>
    /// <param name="waitFor">Calls that must complete before any of these.</param>
    /// <exception cref="ArgumentException">The inputs differ in length.</exception>
    [OverloadResolutionPriority(2)]
    public TaskFutures<T> Map<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures<T> Map<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures Map<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures Map<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures<T> Map<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures<T> Map<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures Map<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures Map<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures<T> Map<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures<T> Map<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures Map<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Action<T1, T2> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures Map<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Action<T1, T2, T3> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Zip(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <summary>Starts a call for every combination of the inputs, the last one varying fastest.</summary>
    /// <param name="first">The first arguments.</param>
    /// <param name="second">The second arguments.</param>
    /// <param name="call">Calls the task or flow.</param>
    /// <param name="maxConcurrency">How many of these calls run at once, 1 or more; default as many as the task runner lets.</param>
    /// <param name="waitFor">Calls that must complete before any of these.</param>
    [OverloadResolutionPriority(2)]
    public TaskFutures<T> MapProduct<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures<T> MapProduct<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures MapProduct<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public TaskFutures MapProduct<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures<T> MapProduct<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures<T> MapProduct<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures MapProduct<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public TaskFutures MapProduct<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures<T> MapProduct<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures<T> MapProduct<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures MapProduct<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Action<T1, T2> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second).Select(of => Lambda.Of(() => call(of.Item1, of.Item2), call)), maxConcurrency, waitFor);

    /// <inheritdoc cref="MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public TaskFutures MapProduct<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Action<T1, T2, T3> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) =>
        StartMap(MapInputs.Product(first, second, third).Select(of => Lambda.Of(() => call(of.Item1, of.Item2, of.Item3), call)), maxConcurrency, waitFor);
}
