using Reeve.Calls;
using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>
/// Ways to call tasks and flows, with what was said for these calls alone; made by <see cref="Tasks.With(CallOptions, IEnumerable{TaskFuture})"/>.
/// Each takes a lambda that calls one [Task] or [Flow] method; the first such call in the lambda is the one that is meant.
/// </summary>
public sealed partial class TaskCalls
{
    private readonly CallOptions _options;
    private readonly IReadOnlyList<TaskFuture> _waitsFor;

    internal TaskCalls(CallOptions options, IEnumerable<TaskFuture>? waitFor)
    {
        _options = options;
        _waitsFor = waitFor is null ? [] : [.. waitFor];
    }

    private async Task<T> RunAsync<T>(Lambda<T> lambda)
    {
        await NeededAsync();
        return await ScopedCall.RunAsync(lambda, Scope(null));
    }

    private T RunHere<T>(Func<T> call)
    {
        Intercepted.Wait(async () =>
        {
            await NeededAsync();
            return true;
        });
        return ScopedCall.Run(call, Scope(null));
    }

    private async Task<ReturnedState<T>> ReturnStateAsync<T>(Lambda<T> lambda)
    {
        var time = Submissions.Time;
        State? last = null;
        try
        {
            await NeededAsync();
            var scope = Scope(state => last = state);
            var value = lambda.Blocks
                ? await BlockingThreads.RunAsync(() => ScopedCall.Run(() => lambda.Call().GetAwaiter().GetResult(), scope))
                : await ScopedCall.RunAsync(lambda, scope);
            return Outcomes.Completed(last, value, time);
        }
        catch (Exception e) when (e is not LeaseLostException && FlowRunContext.Current is not { Stop.Cause: not StopCause.None })
        {
            return Outcomes.Failed<T>(last, e, time); // but the end of the whole flow run is no state of this call
        }
    }

    private TaskFuture<T> Start<T>(Lambda<T> lambda, IEnumerable<TaskFuture>? waitFor, params IReadOnlyList<TaskFuture> sources) =>
        Submissions.Current.Start(lambda, _options, sources, waitFor is null ? _waitsFor : [.. _waitsFor, .. waitFor], limit: null);

    private List<TaskFuture<T>> StartAll<T>(IEnumerable<(Lambda<T> Lambda, IReadOnlyList<TaskFuture> Sources)> calls, int? maxConcurrency, IEnumerable<TaskFuture>? waitFor)
    {
        if (maxConcurrency is { } most)
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(maxConcurrency));
        var limit = maxConcurrency is { } bound ? new Slots(bound) : null;
        IReadOnlyList<TaskFuture> waitsFor = waitFor is null ? _waitsFor : [.. _waitsFor, .. waitFor];
        var submissions = Submissions.Current;
        return [.. calls.Select(call => submissions.Start(call.Lambda, _options, call.Sources, waitsFor, limit))];
    }

    private TaskFutures<T> StartMap<T>(IEnumerable<Lambda<T>> calls, int? maxConcurrency, IEnumerable<TaskFuture>? waitFor) =>
        new(StartAll(calls.Select(call => (call, (IReadOnlyList<TaskFuture>)[])), maxConcurrency, waitFor));

    private TaskFutures StartMap(IEnumerable<Lambda<Nothing>> calls, int? maxConcurrency, IEnumerable<TaskFuture>? waitFor) =>
        new(StartAll(calls.Select(call => (call, (IReadOnlyList<TaskFuture>)[])), maxConcurrency, waitFor));

    private TaskFutures<T> StartMap<TIn, T>(IEnumerable<TaskFuture<TIn>> inputs, Func<TaskFuture<TIn>, Lambda<T>> call, int? maxConcurrency, IEnumerable<TaskFuture>? waitFor) =>
        new(StartAll(inputs.Select(input => (call(input), (IReadOnlyList<TaskFuture>)[input])), maxConcurrency, waitFor));

    private TaskFutures StartMap<TIn>(IEnumerable<TaskFuture<TIn>> inputs, Func<TaskFuture<TIn>, Lambda<Nothing>> call, int? maxConcurrency, IEnumerable<TaskFuture>? waitFor) =>
        new(StartAll(inputs.Select(input => (call(input), (IReadOnlyList<TaskFuture>)[input])), maxConcurrency, waitFor));

    private async Task NeededAsync()
    {
        foreach (var needed in _waitsFor)
        {
            await needed.NeededAsync();
            if (!needed.Outcome.IsCompleted)
                throw new UpstreamTaskException($"'{needed.Name ?? "A call that it needs"}' ended as {needed.Outcome}, so this did not run", needed.Outcome.Exception);
        }
    }

    private CallScope Scope(Action<State>? entered) => new() { Options = _options, WaitsFor = Origins.Runs(_waitsFor), Entered = entered };
}
