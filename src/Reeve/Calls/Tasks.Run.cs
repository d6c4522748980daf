using System.Runtime.CompilerServices;

namespace Reeve;

public static partial class Tasks
{
    /// <inheritdoc cref="TaskCalls.Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(2)]
    public static Task<T> Run<T>(Func<Task<T>> call) => Plain.Run(call);

    /// <inheritdoc cref="TaskCalls.Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(2)]
    public static Task Run(Func<Task> call) => Plain.Run(call);

    /// <inheritdoc cref="TaskCalls.Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public static Task<T> Run<T>(Func<ValueTask<T>> call) => Plain.Run(call);

    /// <inheritdoc cref="TaskCalls.Run{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public static Task Run(Func<ValueTask> call) => Plain.Run(call);

    /// <inheritdoc cref="TaskCalls.Run{T}(Func{Task{T}})" />
    public static T Run<T>(Func<T> call) => Plain.Run(call);

    /// <inheritdoc cref="TaskCalls.Run{T}(Func{Task{T}})" />
    public static void Run(Action call) => Plain.Run(call);

    /// <inheritdoc cref="TaskCalls.StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(2)]
    public static Task<ReturnedState<T>> StateAsync<T>(Func<Task<T>> call) => Plain.StateAsync(call);

    /// <inheritdoc cref="TaskCalls.StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(2)]
    public static Task<ReturnedState> StateAsync(Func<Task> call) => Plain.StateAsync(call);

    /// <inheritdoc cref="TaskCalls.StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public static Task<ReturnedState<T>> StateAsync<T>(Func<ValueTask<T>> call) => Plain.StateAsync(call);

    /// <inheritdoc cref="TaskCalls.StateAsync{T}(Func{Task{T}})" />
    [OverloadResolutionPriority(1)]
    public static Task<ReturnedState> StateAsync(Func<ValueTask> call) => Plain.StateAsync(call);

    /// <inheritdoc cref="TaskCalls.StateAsync{T}(Func{Task{T}})" />
    public static Task<ReturnedState<T>> StateAsync<T>(Func<T> call) => Plain.StateAsync(call);

    /// <inheritdoc cref="TaskCalls.StateAsync{T}(Func{Task{T}})" />
    public static Task<ReturnedState> StateAsync(Action call) => Plain.StateAsync(call);
}
