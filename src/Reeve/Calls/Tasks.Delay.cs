using System.Runtime.CompilerServices;

namespace Reeve;

public static partial class Tasks
{
    /// <inheritdoc cref="TaskCalls.Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(2)]
    public static Task<DelayedTask<T>> Delay<T>(Func<Task<T>> call, TimeSpan? after = null, CancellationToken ct = default) => Plain.Delay(call, after, ct);

    /// <inheritdoc cref="TaskCalls.Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(2)]
    public static Task<DelayedTask> Delay(Func<Task> call, TimeSpan? after = null, CancellationToken ct = default) => Plain.Delay(call, after, ct);

    /// <inheritdoc cref="TaskCalls.Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(1)]
    public static Task<DelayedTask<T>> Delay<T>(Func<ValueTask<T>> call, TimeSpan? after = null, CancellationToken ct = default) => Plain.Delay(call, after, ct);

    /// <inheritdoc cref="TaskCalls.Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    [OverloadResolutionPriority(1)]
    public static Task<DelayedTask> Delay(Func<ValueTask> call, TimeSpan? after = null, CancellationToken ct = default) => Plain.Delay(call, after, ct);

    /// <inheritdoc cref="TaskCalls.Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    public static Task<DelayedTask<T>> Delay<T>(Func<T> call, TimeSpan? after = null, CancellationToken ct = default) => Plain.Delay(call, after, ct);

    /// <inheritdoc cref="TaskCalls.Delay{T}(Func{Task{T}}, TimeSpan?, CancellationToken)" />
    public static Task<DelayedTask> Delay(Action call, TimeSpan? after = null, CancellationToken ct = default) => Plain.Delay(call, after, ct);
}
