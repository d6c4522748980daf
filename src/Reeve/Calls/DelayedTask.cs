using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Results;

namespace Reeve;

/// <summary>A call that was left to a task worker.</summary>
public class DelayedTask
{
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(500);
    private readonly EngineSession _session;

    internal DelayedTask(EngineSession session, TaskRun run)
    {
        _session = session;
        RunId = run.Id;
        Name = run.Name;
    }

    /// <summary>The task run's id.</summary>
    public Guid RunId { get; }

    /// <summary>The task run's name.</summary>
    public string Name { get; }

    /// <summary>Asks the API for the present state.</summary>
    /// <param name="ct">Ends the wait for the API.</param>
    /// <exception cref="ApiException">The run is not there any more, or the API does not answer.</exception>
    public async Task<State> StateAsync(CancellationToken ct = default) =>
        (await _session.Client.FindTaskRunAsync(RunId, ct))?.State ?? throw new ApiException($"There is no task run {RunId} any more");

    /// <summary>Waits until the run has ended, asking the API twice a second.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait, not the run.</param>
    /// <exception cref="TimeoutException">The run has not ended within <paramref name="timeout"/>.</exception>
    public async Task<State> WaitAsync(TimeSpan timeout, CancellationToken ct = default)
    {
        var start = _session.Time.GetTimestamp();
        while (true)
        {
            var state = await StateAsync(ct);
            if (state.Type.IsTerminal())
                return state;
            if (timeout != Timeout.InfiniteTimeSpan && _session.Time.GetElapsedTime(start) >= timeout)
                throw new TimeoutException($"Task run '{Name}' is {state.Name} after {timeout.TotalSeconds:0.#} second(s)");
            await Task.Delay(Pulse, _session.Time, ct);
        }
    }
}

/// <summary>A call with a result that was left to a task worker.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public sealed class DelayedTask<T> : DelayedTask
{
    internal DelayedTask(EngineSession session, TaskRun run)
        : base(session, run)
    {
    }

    /// <summary>Waits until the run has ended and reads its result, which the task must store (<c>PersistResult = true</c>) where this program can read it.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait, not the run.</param>
    /// <exception cref="TimeoutException">The run has not ended within <paramref name="timeout"/>.</exception>
    /// <exception cref="RunAbortedException">The run did not complete, or its result is not stored here.</exception>
    public async Task<T> ResultAsync(TimeSpan timeout, CancellationToken ct = default)
    {
        var state = await WaitAsync(timeout, ct);
        if (state.Type != StateType.Completed)
            throw new RunAbortedException($"Task run '{Name}' ended as {state.Name}: {state.Message}");
        return ResultStore.TryRead<T>(state.Data, out var value)
            ? value!
            : throw new RunAbortedException($"Task run '{Name}' completed, but its result is not stored where this program can read it. Set PersistResult = true, and share the storage.");
    }
}
