using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>One submitted call on its way: it waits for what it needs, then for its turn, then runs.</summary>
internal sealed class Submitted<T>(
    Submissions submissions, TaskFuture<T> future, Lambda<T> lambda, CallOptions options, TaskRunner runner,
    IReadOnlyList<TaskFuture> sources, IReadOnlyList<TaskFuture> waitsFor, Slots slots, Slots? limit)
{
    private State? _last;

    /// <summary>Runs the call to its end. Never throws: the end is the future's.</summary>
    public async Task RunAsync()
    {
        var time = Submissions.Time;
        try
        {
            await Task.WhenAll(sources.Concat(waitsFor).Select(needed => needed.NeededAsync())).WaitAsync(future.Stop);
            if (sources.Concat(waitsFor).FirstOrDefault(needed => !needed.Outcome.IsCompleted) is { } missing)
                await NotReady.ReportAsync(lambda, Scope, sources, missing);
            submissions.Close(future, Outcomes.Completed(_last, await InTurnAsync(), time));
        }
        catch (Exception e)
        {
            submissions.Close(future, Outcomes.Failed<T>(_last, e, time));
        }
    }

    private async Task<T> InTurnAsync()
    {
        // Within a map's own bound first: those that wait for it take no slot of the flow's.
        var hasPlace = limit is not null && await limit.EnterAsync(future.MapTurn, future.Stop);
        try
        {
            var hasSlot = (limit is null || hasPlace) && await slots.EnterAsync(future.Turn, future.Stop);
            try
            {
                future.Stop.ThrowIfCancellationRequested();
                future.HasBegun = true;
                new Held(submissions).Enter();
                return await (runner.Kind == TaskRunnerKind.Inline ? CallAsync() : Task.Run(CallAsync));
            }
            finally
            {
                if (hasSlot)
                    slots.Leave();
            }
        }
        finally
        {
            if (hasPlace)
                limit!.Leave();
        }
    }

    private Task<T> CallAsync()
    {
        var scope = Scope(runner.Kind == TaskRunnerKind.Process ? new ProcessRoute(submissions.Processes(runner)) : null);
        if (!lambda.Blocks)
            return ScopedCall.RunAsync(lambda, scope);
        return runner.Kind == TaskRunnerKind.Inline
            ? Task.FromResult(ScopedCall.Run(() => lambda.Call().GetAwaiter().GetResult(), scope))
            : BlockingThreads.RunAsync(() => ScopedCall.Run(() => lambda.Call().GetAwaiter().GetResult(), scope));
    }

    private CallScope Scope(CallRoute? route) => new()
    {
        Options = options,
        Sources = Origins.Of(sources),
        WaitsFor = Origins.Runs(waitsFor),
        Route = route,
        Created = future.OnCreated,
        Entered = Enter,
        Cancelled = future.Stop,
    };

    private void Enter(State state)
    {
        _last = state;
        future.OnEntered(state);
    }
}
