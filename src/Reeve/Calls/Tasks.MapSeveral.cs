using System.Runtime.CompilerServices;

namespace Reeve;

public static partial class Tasks
{
    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures<T> Map<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures<T> Map<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures Map<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures Map<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures<T> Map<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures<T> Map<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures Map<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures Map<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures<T> Map<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures<T> Map<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures Map<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Action<T1, T2> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.Map{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures Map<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Action<T1, T2, T3> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.Map(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures<T> MapProduct<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures<T> MapProduct<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures MapProduct<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(2)]
    public static TaskFutures MapProduct<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, Task> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures<T> MapProduct<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures<T> MapProduct<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask<T>> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures MapProduct<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    [OverloadResolutionPriority(1)]
    public static TaskFutures MapProduct<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, ValueTask> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures<T> MapProduct<T1, T2, T>(IEnumerable<T1> first, IEnumerable<T2> second, Func<T1, T2, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures<T> MapProduct<T1, T2, T3, T>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Func<T1, T2, T3, T> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, third, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures MapProduct<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second, Action<T1, T2> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, call, maxConcurrency, waitFor);

    /// <inheritdoc cref="TaskCalls.MapProduct{T1, T2, T}(IEnumerable{T1}, IEnumerable{T2}, Func{T1, T2, Task{T}}, int?, IEnumerable{TaskFuture})" />
    public static TaskFutures MapProduct<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third, Action<T1, T2, T3> call, int? maxConcurrency = null, IEnumerable<TaskFuture>? waitFor = null) => Plain.MapProduct(first, second, third, call, maxConcurrency, waitFor);
}
