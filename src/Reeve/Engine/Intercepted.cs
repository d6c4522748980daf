using System.ComponentModel;
using Reeve.Calls;

namespace Reeve.Engine;

/// <summary>Where the calls of [Flow] and [Task] methods arrive. Generated code calls it; people do not.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Intercepted
{
    /// <summary>A call of a task that returns <see cref="Task"/>.</summary>
    public static async Task RunAsync(TaskDescriptor task, object?[] arguments, Func<CancellationToken, Task> body, CancellationToken ct) =>
        await TaskEngine.CallAsync<Nothing>(task, arguments, async token => { await body(token); return default; }, ct);

    /// <summary>A call of a task that returns <see cref="Task{T}"/>.</summary>
    public static Task<T> RunAsync<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, Task<T>> body, CancellationToken ct) =>
        TaskEngine.CallAsync(task, arguments, body, ct);

    /// <summary>A call of a task that returns <see cref="ValueTask"/>.</summary>
    public static async ValueTask RunAsync(TaskDescriptor task, object?[] arguments, Func<CancellationToken, ValueTask> body, CancellationToken ct) =>
        await TaskEngine.CallAsync<Nothing>(task, arguments, async token => { await body(token); return default; }, ct);

    /// <summary>A call of a task that returns <see cref="ValueTask{T}"/>.</summary>
    public static async ValueTask<T> RunAsync<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, ValueTask<T>> body, CancellationToken ct) =>
        await TaskEngine.CallAsync(task, arguments, token => body(token).AsTask(), ct);

    /// <summary>A call of a task that returns a value.</summary>
    public static T Run<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, T> body, CancellationToken ct) =>
        Wait(() => TaskEngine.CallAsync(task, arguments, token => BlockingThreads.RunAsync(() => body(token)), ct));

    /// <summary>A call of a task that returns nothing.</summary>
    public static void Run(TaskDescriptor task, object?[] arguments, Action<CancellationToken> body, CancellationToken ct) =>
        Wait(() => TaskEngine.CallAsync(task, arguments, token => BlockingThreads.RunAsync(() => Done(body, token)), ct));

    /// <summary>A call of a task that returns a stream.</summary>
    public static IAsyncEnumerable<T> Stream<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, IAsyncEnumerable<T>> body, CancellationToken ct) =>
        CallScope.Take() is { } scope ? new TaskStream<T>(task.With(scope.Options), arguments, body, scope, ct) : new TaskStream<T>(task, arguments, body, null, ct);

    /// <summary>A generic task with its types.</summary>
    public static TaskDescriptor Closed(TaskDescriptor task, params Type[] types)
    {
        var names = System.Text.Encoding.UTF8.GetBytes(string.Join('|', types.Select(type => type.ToString())));
        return task with { Key = $"{task.Key}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(names))[..8]}" };
    }

    /// <summary>A call of a flow that returns <see cref="Task"/>.</summary>
    public static async Task RunAsync(FlowDescriptor flow, object?[] arguments, Func<CancellationToken, Task> body, CancellationToken ct) =>
        await FlowEngine.CallAsync<Nothing>(flow, arguments, async token => { await body(token); return default; }, ct);

    /// <summary>A call of a flow that returns <see cref="Task{T}"/>.</summary>
    public static Task<T> RunAsync<T>(FlowDescriptor flow, object?[] arguments, Func<CancellationToken, Task<T>> body, CancellationToken ct) =>
        FlowEngine.CallAsync(flow, arguments, body, ct);

    /// <summary>A call of a flow that returns <see cref="ValueTask"/>.</summary>
    public static async ValueTask RunAsync(FlowDescriptor flow, object?[] arguments, Func<CancellationToken, ValueTask> body, CancellationToken ct) =>
        await FlowEngine.CallAsync<Nothing>(flow, arguments, async token => { await body(token); return default; }, ct);

    /// <summary>A call of a flow that returns <see cref="ValueTask{T}"/>.</summary>
    public static async ValueTask<T> RunAsync<T>(FlowDescriptor flow, object?[] arguments, Func<CancellationToken, ValueTask<T>> body, CancellationToken ct) =>
        await FlowEngine.CallAsync(flow, arguments, token => body(token).AsTask(), ct);

    /// <summary>A call of a flow that returns a value.</summary>
    public static T Run<T>(FlowDescriptor flow, object?[] arguments, Func<CancellationToken, T> body, CancellationToken ct) =>
        Wait(() => FlowEngine.CallAsync(flow, arguments, token => BlockingThreads.RunAsync(() => body(token)), ct));

    /// <summary>A call of a flow that returns nothing.</summary>
    public static void Run(FlowDescriptor flow, object?[] arguments, Action<CancellationToken> body, CancellationToken ct) =>
        Wait(() => FlowEngine.CallAsync(flow, arguments, token => BlockingThreads.RunAsync(() => Done(body, token)), ct));

    /// <summary>The outcome of a flow's method as the worker's process handles it.</summary>
    public static async ValueTask<object?> Boxed(Task call)
    {
        await call;
        return null;
    }

    /// <summary>The outcome of a flow's method as the worker's process handles it.</summary>
    public static async ValueTask<object?> Boxed<T>(Task<T> call) => await call;

    /// <summary>The outcome of a flow's method as the worker's process handles it.</summary>
    public static async ValueTask<object?> Boxed(ValueTask call)
    {
        await call;
        return null;
    }

    /// <summary>The outcome of a flow's method as the worker's process handles it.</summary>
    public static async ValueTask<object?> Boxed<T>(ValueTask<T> call) => await call;

    // The only place that blocks: a synchronous method promises its caller a result when it returns, and the engine has to speak to the API
    // before and after it. On the pool, so that no synchronisation context of the caller is waited for.
    internal static T Wait<T>(Func<Task<T>> run)
    {
        var call = Task.Run(run);
        Testing.HostActivity.AboutToWait(call); // virtual time goes on while a thread only waits
        try
        {
            return call.GetAwaiter().GetResult();
        }
        finally
        {
            Testing.HostActivity.HasWaited();
        }
    }

    // Bodies of synchronous methods, which may block and may call further ones, have threads of their own: on the pool they would keep each other
    // and the engine from running.
    private static Nothing Done(Action<CancellationToken> body, CancellationToken token)
    {
        body(token);
        return default;
    }
}

/// <summary>The result of a method that has none.</summary>
internal readonly struct Nothing;
