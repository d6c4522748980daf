using Reeve.Engine;

namespace Reeve;

/// <summary>What a flow run says to itself and to other runs: pauses, typed input, resumption.</summary>
public static partial class FlowRuns
{
    private static readonly TimeSpan StandardTimeout = TimeSpan.FromHours(1);

    /// <summary>
    /// Pauses this flow run until somebody resumes it, by the console, the command line, the API or <see cref="ResumeAsync(Guid, CancellationToken)"/>. The process waits, tasks that run go on, no task starts.
    /// </summary>
    /// <param name="timeout">After what time the run fails; default one hour.</param>
    /// <param name="key">Names the pause; default its number within the run. A pause that was passed is not met again when the run is taken up anew.</param>
    /// <param name="ct">Cancels the waiting; the run stays paused on the server until it ends.</param>
    /// <exception cref="InvalidOperationException">This code runs in no flow, or in a task.</exception>
    /// <exception cref="TimeoutException">Nobody resumed the run in time.</exception>
    /// <exception cref="OperationCanceledException">The run is to stop.</exception>
    /// <exception cref="RunAbortedException">The run may not pause, or ended while it was paused.</exception>
    public static async Task PauseAsync(TimeSpan? timeout = null, string? key = null, CancellationToken ct = default)
    {
        var pause = new FlowPause(Flow(nameof(PauseAsync)), "Paused", key, timeout ?? StandardTimeout);
        await pause.PauseAsync(ct);
    }

    /// <summary>Pauses this flow run until somebody resumes it with an answer of type <typeparamref name="T"/>. The server refuses answers that do not fit its schema.</summary>
    /// <typeparam name="T">A record or class, whose properties are asked for in snake_case, or a plain type, which is asked for as <c>value</c>.</typeparam>
    /// <param name="description">What the person who answers is told, in Markdown; null: nothing.</param>
    /// <param name="initial">The answer that is proposed; null: none.</param>
    /// <param name="timeout">After what time the run fails; default one hour.</param>
    /// <param name="key">Names the pause; default its number within the run.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="InvalidOperationException">This code runs in no flow, or in a task, or the answer does not fit although the server took it.</exception>
    /// <exception cref="TimeoutException">Nobody resumed the run in time.</exception>
    /// <exception cref="OperationCanceledException">The run is to stop.</exception>
    /// <exception cref="RunAbortedException">The run may not pause, or ended while it was paused.</exception>
    public static async Task<T> PauseAsync<T>(string? description = null, T? initial = default, TimeSpan? timeout = null, string? key = null, CancellationToken ct = default)
    {
        var pause = new FlowPause(Flow(nameof(PauseAsync)), "Paused", key, timeout ?? StandardTimeout);
        await pause.AskAsync(InputSchema.Of(initial), description, ct);
        await pause.PauseAsync(ct);
        return await pause.AnswerAsync<T>(ct);
    }

    /// <summary>
    /// Suspends this flow run: the process ends and its infrastructure with it. When somebody resumes the run, it is started anew, completed tasks hand back their stored results,
    /// and this call returns. Needs a deployment; a subflow cannot be suspended.
    /// </summary>
    /// <param name="timeout">After what time the run fails; default one hour.</param>
    /// <param name="key">Names the suspension; default its number within the run. One that was passed is not met again.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="FlowSuspendedException">Always, the first time: let it pass, it ends the process.</exception>
    /// <exception cref="InvalidOperationException">This code runs in no flow, or in a task.</exception>
    /// <exception cref="RunAbortedException">The run has no deployment or is a subflow.</exception>
    public static async Task SuspendAsync(TimeSpan? timeout = null, string? key = null, CancellationToken ct = default)
    {
        var pause = new FlowPause(Flow(nameof(SuspendAsync)), "Suspended", key, timeout ?? StandardTimeout);
        await pause.SuspendAsync(ct);
    }

    /// <summary>Suspends this flow run until somebody resumes it with an answer of type <typeparamref name="T"/>. See <see cref="SuspendAsync"/> and <see cref="PauseAsync{T}"/>.</summary>
    /// <inheritdoc cref="PauseAsync{T}"/>
    /// <exception cref="FlowSuspendedException">Always, the first time: let it pass, it ends the process.</exception>
    public static async Task<T> SuspendAsync<T>(string? description = null, T? initial = default, TimeSpan? timeout = null, string? key = null, CancellationToken ct = default)
    {
        var pause = new FlowPause(Flow(nameof(SuspendAsync)), "Suspended", key, timeout ?? StandardTimeout);
        await pause.AskAsync(InputSchema.Of(initial), description, ct);
        await pause.SuspendAsync(ct);
        return await pause.AnswerAsync<T>(ct);
    }

    private static FlowRunContext Flow(string what)
    {
        if (TaskRunContext.Current is not null)
            throw new InvalidOperationException($"FlowRuns.{what} works in flows; a task cannot pause. Call it in the flow, before or after the task.");
        return FlowRunContext.Current ?? throw new InvalidOperationException($"There is no flow run here. FlowRuns.{what} works inside methods marked [Flow].");
    }
}
