using System.Runtime.CompilerServices;

namespace Reeve;

public partial class TaskFuture<T>
{
    /// <summary>Starts a call with the result of this one once it is there; as <see cref="Tasks.Submit{T1, T}(TaskFuture{T1}, Func{T1, Task{T}}, IEnumerable{TaskFuture})"/>.</summary>
    /// <param name="call">Calls a task or flow.</param>
    [OverloadResolutionPriority(2)]
    public TaskFuture<TNext> Then<TNext>(Func<T, Task<TNext>> call) => Tasks.Submit(this, call);

    /// <inheritdoc cref="Then{TNext}(Func{T, Task{TNext}})" />
    [OverloadResolutionPriority(2)]
    public TaskFuture Then(Func<T, Task> call) => Tasks.Submit(this, call);

    /// <inheritdoc cref="Then{TNext}(Func{T, Task{TNext}})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture<TNext> Then<TNext>(Func<T, ValueTask<TNext>> call) => Tasks.Submit(this, call);

    /// <inheritdoc cref="Then{TNext}(Func{T, Task{TNext}})" />
    [OverloadResolutionPriority(1)]
    public TaskFuture Then(Func<T, ValueTask> call) => Tasks.Submit(this, call);

    /// <inheritdoc cref="Then{TNext}(Func{T, Task{TNext}})" />
    public TaskFuture<TNext> Then<TNext>(Func<T, TNext> call) => Tasks.Submit(this, call);

    /// <inheritdoc cref="Then{TNext}(Func{T, Task{TNext}})" />
    public TaskFuture Then(Action<T> call) => Tasks.Submit(this, call);
}
