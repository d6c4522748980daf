namespace Reeve.Engine;

/// <summary>One call of a task: what is called, with what, and what was said for this call alone.</summary>
/// <param name="Task">The task, with the call's own options already in place of the attribute's.</param>
/// <param name="Arguments">The arguments in the order of <see cref="TaskDescriptor.ParameterNames"/>.</param>
/// <param name="Body">Calls the author's method.</param>
/// <param name="Scope">Null for a plain call.</param>
/// <param name="Token">The caller's token.</param>
internal sealed record TaskCall<T>(TaskDescriptor Task, object?[] Arguments, Func<CancellationToken, Task<T>> Body, CallScope? Scope, CancellationToken Token)
{
    public static TaskCall<T> Of(TaskDescriptor task, object?[] arguments, Func<CancellationToken, Task<T>> body, CancellationToken ct)
    {
        var scope = CallScope.Take();
        return new(scope is null ? task : task.With(scope.Options), arguments, body, scope, ct);
    }

    /// <summary>The same call of a task that more is known of.</summary>
    public TaskCall<T> With(TaskDescriptor task) => ReferenceEquals(task, Task) ? this : this with { Task = task };
}
