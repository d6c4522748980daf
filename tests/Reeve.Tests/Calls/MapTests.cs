using Reeve.Calls;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

public sealed class MapTests : EngineStage
{
    [Fact]
    public async Task Results_stand_in_the_order_of_the_items()
    {
        var doubles = await In(() => Doubles([1, 2, 3]));

        Assert.Equal([2, 4, 6], doubles);

        Assert.Equal(3, Api.TaskRuns.Count(run => run.Path.Last() == "Completed"));
    }

    [Fact]
    public async Task Map_of_nothing_is_nothing()
    {
        Assert.Empty(await In(() => Doubles([])));
        Assert.Empty(Api.TaskRuns);
    }

    [Fact]
    public async Task Futures_are_mapped_and_their_runs_recorded()
    {
        var edges = await In(() => OverFutures());

        Assert.Equal(2, edges.Count);
        Assert.All(edges, edge => Assert.Contains(edge.Source.ToString(), Api.Runs[edge.Target].Parameters.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inputs_are_taken_side_by_side_or_combined()
    {
        var (zipped, three, product) = await In(() => Several());

        Assert.Equal(["1a", "2b"], zipped);
        Assert.Equal(["1ax", "2by"], three);
        Assert.Equal(["1a", "1b", "2a", "2b"], product);
    }

    [Fact]
    public async Task Inputs_of_unequal_length_are_refused_before_anything_runs()
    {
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => In(() => Unequal()));

        Assert.StartsWith("The inputs of a map have 2, 3 items", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Api.TaskRuns);
    }

    [Fact]
    public async Task Concurrency_is_bounded_for_the_map_and_for_the_runner()
    {
        Assert.Equal(3, await In(() => WithBound(TaskRunner.Default, 3)));
        Assert.Equal(2, await In(() => WithBound(TaskRunner.ThreadPool(2), null)));
        Assert.Equal(2, await In(() => WithBound(TaskRunner.ThreadPool(2), 3)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => In(() => WithBound(TaskRunner.Default, 0)));
    }

    [Fact]
    public async Task Futures_come_in_the_order_of_their_ends()
    {
        Assert.Equal([2, 1, 0], await In(() => ByEnd()));
    }

    [Fact]
    public async Task States_tell_of_all_and_the_first_failure_in_order_is_thrown()
    {
        var (states, thrown) = await In(() => Mixed());

        Assert.Equal([StateType.Completed, StateType.Failed, StateType.Failed], states);
        Assert.Equal("odd 1", thrown.Message);
    }

    [Fact]
    public async Task Results_of_a_map_are_known_as_one_argument()
    {
        var mapped = await In(() => Summed());

        var inputs = Api.TaskRun("sum-0").Parameters.GetRawText();
        Assert.All(mapped, run => Assert.Contains(run.ToString(), inputs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waiting_call_that_is_let_through_takes_no_slot()
    {
        var slots = new Slots(1);
        Assert.True(await slots.EnterAsync(new Slots.Waiter(), Token));
        var (let, next) = (new Slots.Waiter(), new Slots.Waiter());
        var (first, second) = (slots.EnterAsync(let, Token), slots.EnterAsync(next, Token));

        let.LetThrough();

        Assert.False(await first);
        Assert.False(second.IsCompleted);
        slots.Leave();
        Assert.True(await second);
        using var cancelled = new CancellationTokenSource();
        var third = slots.EnterAsync(new Slots.Waiter(), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        slots.Leave();
        Assert.True(await slots.EnterAsync(new Slots.Waiter(), Token));
    }

    [Fact]
    public async Task Blocking_threads_are_used_again_and_keep_the_callers_context()
    {
        var ambient = new AsyncLocal<string> { Value = "here" };
        var seen = await BlockingThreads.RunAsync(() => (ambient.Value, Thread.CurrentThread.IsThreadPoolThread));
        Assert.Equal(("here", false), seen);
        await Assert.ThrowsAsync<FormatException>(() => BlockingThreads.RunAsync<int>(() => throw new FormatException()));
        Assert.Equal("here", await BlockingThreads.RunAsync(() => ambient.Value));
    }

    [Flow]
    private static async Task<int[]> Doubles(int[] items) => await Tasks.Map(items, x => Double(x));

    [Flow]
    private static async Task<List<(Guid Source, Guid Target)>> OverFutures()
    {
        var first = Tasks.Map([1, 2], x => Double(x));
        var second = Tasks.Map(first, x => Named(x));
        await second;
        return [.. first.Zip(second, (a, b) => (a.RunId!.Value, b.RunId!.Value))];
    }

    [Flow]
    private static async Task<(string[], string[], string[])> Several() =>
    (
        await Tasks.Map([1, 2], ["a", "b"], (x, y) => Joined(x, y, "")),
        await Tasks.Map([1, 2], ["a", "b"], ["x", "y"], (x, y, z) => Joined(x, y, z)),
        await Tasks.MapProduct([1, 2], ["a", "b"], (x, y) => Joined(x, y, "")));

    [Flow]
    private static async Task Unequal() => await Tasks.Map([1, 2], ["a", "b", "c"], (x, y) => Joined(x, y, ""));

    [Flow]
    private static async Task<int> WithBound(TaskRunner runner, int? most)
    {
        var meter = new Meter(Expected: Math.Min(runner.MaxWorkers, most ?? int.MaxValue));
        await Tasks.With(taskRunner: runner).Map(Enumerable.Range(0, 12), x => Metered(meter), maxConcurrency: most);
        return meter.Highest;
    }

    [Flow]
    private static async Task<List<int>> ByEnd()
    {
        TaskCompletionSource[] holds = [new(), new(), new()];
        var futures = Tasks.Map([0, 1, 2], x => Held(x, holds[x].Task));
        var order = new List<int>();
        holds[2].SetResult();
        await foreach (var future in futures.AsCompleted())
        {
            order.Add(await future);
            if (order.Count < 3)
                holds[2 - order.Count].SetResult();
        }

        return order;
    }

    [Flow]
    private static async Task<(List<StateType>, Exception)> Mixed()
    {
        var futures = Tasks.Map([0, 1, 3], x => EvenOnly(x));
        var states = await futures.StatesAsync();
        return ([.. states.Select(state => state.Type)], await Assert.ThrowsAsync<FormatException>(async () => await futures));
    }

    [Flow]
    private static async Task<List<Guid>> Summed()
    {
        var futures = Tasks.Map([1, 2, 3], x => Double(x));
        Sum(await futures);
        return [.. futures.Select(future => future.RunId!.Value)];
    }

    [Task]
    private static int Sum(int[] numbers) => numbers.Sum();

    [Task]
    private static async Task<int> Held(int x, Task hold)
    {
        await hold;
        return x;
    }

    [Task]
    private static int EvenOnly(int x) => x % 2 == 0 ? x : throw new FormatException($"odd {x}");

    [Task]
    private static int Double(int x) => x * 2;

    [Task]
    private static string Named(int x) => $"{x}";

    [Task]
    private static async Task<string> Joined(int x, string y, string z)
    {
        await Task.Yield();
        return $"{x}{y}{z}";
    }

    [Task]
    private static async Task Metered(Meter meter)
    {
        meter.Enter();
        await meter.Full; // so many really are inside at once
        meter.Leave();
    }

    internal sealed record Meter(int Expected)
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;
        private int _highest;

        public int Highest => _highest;

        public Task Full => _full.Task;

        public void Enter()
        {
            lock (_full)
            {
                _highest = Math.Max(_highest, ++_inside);
                if (_inside == Expected)
                    _full.TrySetResult();
            }
        }

        public void Leave()
        {
            lock (_full)
                _inside--;
        }
    }
}
