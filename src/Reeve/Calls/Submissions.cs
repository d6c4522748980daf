using System.Collections.Concurrent;
using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>What one flow run, or code outside of flows, has submitted: who may run now, who has not ended, whose failure nobody saw.</summary>
internal sealed class Submissions(FlowRunContext? flow) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<TaskFuture, bool> _open = new();
    private readonly ConcurrentQueue<TaskFuture> _failed = new();

    // Code outside of flows has no end at which they are forgotten, so equal runners are one there: a program that makes one for each call stays as large as it was.
    private readonly ConcurrentDictionary<TaskRunner, Slots> _slots = new(flow is null ? TaskRunner.ByShape : null);
    private readonly ConcurrentDictionary<TaskRunner, TaskProcesses> _processes = new(flow is null ? TaskRunner.ByShape : null);

    /// <summary>Those of the current flow run, or of the code outside of flows.</summary>
    public static Submissions Current => FlowRunContext.Current?.Submitted ?? EngineSession.Current.Submitted;

    public static TimeProvider Time => (FlowRunContext.Current?.Session ?? EngineSession.Current).Time;

    private EngineSession Session => flow?.Session ?? EngineSession.Current;

    private CancellationToken Stop => flow?.Stop.Token ?? CancellationToken.None;

    public TaskFuture<T> Start<T>(Lambda<T> lambda, CallOptions options, IReadOnlyList<TaskFuture> sources, IReadOnlyList<TaskFuture> waitsFor, Slots? limit)
    {
        var runner = RunnerOf(options);
        var future = new TaskFuture<T>(Stop) { Needs = [.. sources, .. waitsFor] };
        _open[future] = true;
        var slots = Held.SlotsOf(this, runner) ?? _slots.GetOrAdd(runner, static runner => new Slots(runner.MaxWorkers));
        var submitted = new Submitted<T>(this, future, lambda, options, runner, sources, waitsFor, slots, limit);
        var isHere = runner.Kind == TaskRunnerKind.Inline && lambda.Blocks && sources.Concat(waitsFor).All(needed => needed.IsCompleted);
        if (isHere)
            submitted.RunAsync().GetAwaiter().GetResult(); // everything that it waits for is there: it ends in this thread
        else
            _ = submitted.RunAsync(); // takes its place in the order of submission; the call itself runs on the pool
        return future;
    }

    public TaskRunner RunnerOf(CallOptions options) => options.TaskRunner ?? flow?.TaskRunner ?? TaskRunner.Default;

    public void Close<T>(TaskFuture<T> future, ReturnedState<T> outcome)
    {
        if (!outcome.IsCompleted && flow is not null)
            _failed.Enqueue(future);
        future.Set(outcome);
        _open.TryRemove(future, out _);
    }

    /// <summary>Failures that are told at the end of the flow run if nobody sees them before.</summary>
    public int Failures => _failed.Count;

    public TaskProcesses Processes(TaskRunner runner) => _processes.GetOrAdd(runner, runner => new TaskProcesses(Session, runner.MaxWorkers));

    /// <summary>Runs a flow's body and waits for what it submitted. When the body fails, what has not begun never begins.</summary>
    public async Task<T> FinishAsync<T>(Func<CancellationToken, Task<T>> body, CancellationToken ct)
    {
        try
        {
            var value = await body(ct);
            await using (ct.Register(CancelAll))
                await EndAsync();
            if (ct.IsCancellationRequested && !_failed.IsEmpty)
                ct.ThrowIfCancellationRequested();
            return value;
        }
        catch (Exception)
        {
            foreach (var (future, _) in _open.Where(open => !open.Key.HasBegun))
                future.Cancel();
            await using (ct.Register(CancelAll)) // a flow that was cancelled, or is out of time, leaves nothing running
                await EndAsync();
            throw;
        }
        finally
        {
            Tell();
            await DisposeAsync();
        }
    }

    /// <summary>Ends the child processes.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, processes) in _processes)
            await processes.DisposeAsync();
        _processes.Clear();
    }

    private void CancelAll()
    {
        foreach (var (future, _) in _open)
            future.Cancel();
    }

    private async Task EndAsync()
    {
        while (!_open.IsEmpty) // what ends may have submitted more
        {
            foreach (var (open, _) in _open)
            {
                await open.Ended;
                _open.TryRemove(open, out _);
            }
        }
    }

    private void Tell()
    {
        while (_failed.TryDequeue(out var failed))
        {
            if (!failed.IsObserved && failed.Outcome is { Type: not StateType.Cancelled } outcome)
                flow?.Logger.Error($"Submitted call '{failed.Name ?? "(not begun)"}' ended as {outcome}, and nobody awaited it");
        }
    }
}
