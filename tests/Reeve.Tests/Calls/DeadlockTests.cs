using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

/// <summary>Calls that would wait for each other for ever. A test that hangs here is ended by its limit, which is far above what it takes.</summary>
public sealed class DeadlockTests : EngineStage
{
    private const int Limit = 120_000;

    private static Reeve.TaskCalls One => Tasks.With(taskRunner: TaskRunner.ThreadPool(1));

    [Fact(Timeout = Limit)]
    public async Task Synchronous_tasks_in_synchronous_flows_in_a_bounded_map_end() => Assert.Equal(24, await In(() => SyncInSync()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Synchronous_tasks_that_wait_for_each_other_all_run() => Assert.Equal(64, await In(() => Meeting(64)).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Map_in_a_map_with_one_place_each_ends() => Assert.Equal(12, await In(() => MapInMap()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Lambda_that_submits_before_its_call_has_slots_of_its_own() => Assert.Equal(3, await In(() => SubmitsInLambda()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Call_that_waits_for_a_later_one_of_its_own_map_lets_it_through() => Assert.Equal(2, await In(() => WaitsForLater()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Call_that_waits_for_a_call_lets_what_that_needs_through() => Assert.Equal(7, await In(() => WaitsForNeeds()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Subflow_that_holds_the_only_slot_may_wait_for_its_parents_calls() => Assert.Equal(5, await In(() => SubflowWaits()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Call_may_wait_for_ends_in_their_order() => Assert.Equal(9, await In(() => WaitsByEnd()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Bound_of_a_map_holds_inside_of_a_submitted_task() => Assert.Equal(2, await In(() => BoundInside()).WaitAsync(Token));

    [Fact(Timeout = Limit)]
    public async Task Exception_of_the_items_fails_the_flow_and_leaves_nothing_running()
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(() => In(() => BrokenItems()).WaitAsync(Token));

        Assert.Equal("no third", thrown.Message);
        Assert.All(Api.TaskRuns, run => Assert.True(run.Current.Type.IsTerminal()));
        Assert.Equal("Failed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact(Timeout = Limit)]
    public async Task Reader_of_ends_may_leave_before_all_have_come()
    {
        Assert.Equal(1, await In(() => LeavesEarly()).WaitAsync(Token));

        Assert.Equal(3, Api.TaskRuns.Count(run => run.Current.Type == StateType.Completed));
    }

    [Fact(Timeout = Limit)]
    public async Task Cancelled_flow_with_a_thousand_queued_calls_ends_and_makes_none_of_them()
    {
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => Thousand(cancel, cancel.Token)).WaitAsync(Token));

        Assert.Equal("Cancelled", Assert.Single(Api.FlowRuns).Current.Name);
        Assert.All(Api.TaskRuns, run => Assert.Equal("Cancelled", run.Current.Name));
        Assert.InRange(Api.TaskRuns.Count(), 1, 2);
    }

    [Flow]
    private static async Task<int> SyncInSync() => (await Tasks.With(taskRunner: TaskRunner.ThreadPool(2)).Map(Enumerable.Range(0, 6), x => SyncFlow(x))).Sum();

    [Flow]
    private static int SyncFlow(int x) => Tasks.Map([x, x], y => Outer(y)).ResultsAsync().GetAwaiter().GetResult().Sum() + (x - x);

    [Task]
    private static int Outer(int x) => Inner(x) + Inner(0);

    [Task]
    private static int Inner(int x) => x < 0 ? 0 : 1;

    [Flow]
    private static async Task<int> Meeting(int most)
    {
        using var barrier = new Barrier(most);
        return (await Tasks.Map(Enumerable.Range(0, most), x => Meets(barrier))).Sum();
    }

    [Task]
    private static int Meets(Barrier barrier)
    {
        barrier.SignalAndWait(); // goes on when all are here: each needs a thread
        return 1;
    }

    [Flow]
    private static async Task<int> MapInMap() => (await One.Map([1, 2, 3], x => Maps(x), maxConcurrency: 1)).Sum();

    [Task]
    private static async Task<int> Maps(int x) => (await One.Map([x, x], y => Number(y), maxConcurrency: 1)).Sum();

    [Flow]
    private static async Task<int> SubmitsInLambda() => await One.Submit(async () => await Number(1 + await One.Submit(() => Number(2))));

    [Flow]
    private static async Task<int> WaitsForLater()
    {
        var futures = new TaskCompletionSource<TaskFutures<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        futures.SetResult(One.Map([0, 1, 2], x => LaterOf(x, futures.Task), maxConcurrency: 1));
        return await (await futures.Task)[0];
    }

    [Task]
    private static async Task<int> LaterOf(int x, Task<TaskFutures<int>> futures) => x == 2 ? 2 : await (await futures)[x + 1];

    [Flow]
    private static async Task<int> WaitsForNeeds()
    {
        var needs = new TaskCompletionSource<TaskFuture<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = One.Submit(() => Awaits(needs.Task));
        needs.SetResult(One.Submit(() => Number(7)).Then(x => Number(x)));
        return await waits;
    }

    [Task]
    private static async Task<int> Awaits(Task<TaskFuture<int>> future) => await await future;

    [Flow]
    private static async Task<int> SubflowWaits()
    {
        var later = new TaskCompletionSource<TaskFuture<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sub = One.Submit(async () => await Sub(await later.Task is var future ? new Box(future) : null!));
        later.SetResult(One.Submit(() => Number(5)));
        return await sub;
    }

    [Flow]
    private static async Task<int> Sub(Box box) => await box.Future;

    [Flow]
    private static async Task<int> WaitsByEnd()
    {
        var others = new TaskCompletionSource<TaskFutures<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = One.Submit(() => SumOf(others.Task));
        others.SetResult(One.Map([4, 5], x => Number(x)));
        return await waits;
    }

    [Task]
    private static async Task<int> SumOf(Task<TaskFutures<int>> others)
    {
        var sum = 0;
        await foreach (var future in (await others).AsCompleted())
            sum += await future;
        return sum;
    }

    [Flow]
    private static async Task<int> BoundInside() => await Tasks.Submit(() => Bounded(new MapTests.Meter(Expected: 2)));

    [Task]
    private static async Task<int> Bounded(MapTests.Meter meter)
    {
        await Tasks.Map(Enumerable.Range(0, 8), x => Metered(meter), maxConcurrency: 2);
        return meter.Highest;
    }

    [Task]
    private static async Task Metered(MapTests.Meter meter)
    {
        meter.Enter();
        await meter.Full;
        await Task.Yield();
        meter.Leave();
    }

    [Flow]
    private static async Task BrokenItems() => await One.Map(Items(), x => Number(x));

    private static IEnumerable<int> Items()
    {
        yield return 1;
        yield return 2;
        throw new FormatException("no third");
    }

    [Flow]
    private static async Task<int> LeavesEarly()
    {
        await foreach (var future in Tasks.Map([1, 1, 1], x => Number(x)).AsCompleted())
            return await future;
        return 0;
    }

    [Flow]
    private static async Task Thousand(CancellationTokenSource cancel, CancellationToken ct)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var futures = Tasks.With(taskRunner: TaskRunner.ThreadPool(2)).Map(Enumerable.Range(0, 1000), x => Endless(begun, x));
        await begun.Task;
        await cancel.CancelAsync();
        await futures;
        ct.ThrowIfCancellationRequested();
    }

    [Task]
    private static async Task Endless(TaskCompletionSource begun, int x, CancellationToken ct = default)
    {
        begun.TrySetResult();
        await Task.Delay(Timeout.Infinite, ct);
    }

    [Task]
    private static async Task<int> Number(int x)
    {
        await Task.Yield();
        return x;
    }

    internal sealed record Box(TaskFuture<int> Future);
}
