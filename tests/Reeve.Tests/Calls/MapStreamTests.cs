using System.Runtime.CompilerServices;
using Reeve.Engine;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

public sealed class MapStreamTests : EngineStage
{
    [Fact]
    public async Task Every_item_of_a_stream_is_called_with_and_given_as_it_ends()
    {
        var sum = await In(() => Sum(100, 7));

        Assert.Equal(9900, sum);
        Assert.Equal(100, Api.TaskRuns.Count(run => run.Path.Last() == "Completed"));
    }

    [Fact]
    public async Task No_item_is_read_before_there_is_room_for_its_call()
    {
        var (readWhileHeld, readAtTheEnd) = await In(() => BoundedStream());

        Assert.Equal(3, readWhileHeld);
        Assert.Equal(10, readAtTheEnd);
    }

    [Fact]
    public async Task The_task_runner_bounds_a_map_that_says_nothing() => Assert.Equal(2, await In(() => BoundedByRunner()));

    [Fact]
    public async Task What_runs_is_given_before_the_failure_of_the_source_is_thrown()
    {
        var (given, fault) = await In(() => Broken());

        Assert.Equal(2, given);
        Assert.Equal("no more rows", fault);
    }

    [Fact]
    public async Task An_enumeration_that_is_left_closes_its_source_and_what_runs_goes_on()
    {
        Assert.True(await In(() => LeftEarly()));
        Assert.All(Api.TaskRuns, run => Assert.Equal("Completed", run.Path.Last()));
    }

    [Fact]
    public async Task Bound_below_one_is_refused_at_the_call() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => In(() => Sum(1, 0)));

    [Flow]
    private static async Task<int> Sum(int count, int most)
    {
        var sum = 0;
        await foreach (var future in Tasks.Map(new Rows(count).ReadAsync(), row => Double(row), maxConcurrency: most))
            sum += await future;
        return sum;
    }

    [Flow]
    private static async Task<(int, int)> BoundedStream()
    {
        var rows = new Rows(10);
        var hold = new TaskCompletionSource();
        var began = new SemaphoreSlim(0);
        await using var calls = Tasks.Map(rows.ReadAsync(), row => Held(row, began, hold.Task), maxConcurrency: 3).GetAsyncEnumerator();
        var first = calls.MoveNextAsync().AsTask();
        for (var i = 0; i < 3; i++)
            await began.WaitAsync();
        var readWhileHeld = rows.Read;
        hold.SetResult();
        for (var more = await first; more; more = await calls.MoveNextAsync())
            await calls.Current;
        return (readWhileHeld, rows.Read);
    }

    [Flow]
    private static async Task<int> BoundedByRunner()
    {
        var rows = new Rows(10);
        await using var calls = Tasks.With(taskRunner: TaskRunner.ThreadPool(2)).Map(rows.ReadAsync(), row => Double(row)).GetAsyncEnumerator();
        await calls.MoveNextAsync(); // an ended call keeps its place until it was taken and the next is asked for
        return rows.Read;
    }

    [Flow]
    private static async Task<(int, string)> Broken()
    {
        var given = 0;
        try
        {
            await foreach (var future in Tasks.Map(new Rows(5) { BreaksAt = 2 }.ReadAsync(), row => Double(row), maxConcurrency: 4))
            {
                await future;
                given++;
            }
        }
        catch (InvalidDataException e)
        {
            return (given, e.Message);
        }

        return (given, "");
    }

    [Flow]
    private static async Task<bool> LeftEarly()
    {
        var rows = new Rows(50);
        await foreach (var future in Tasks.Map(rows.ReadAsync(), row => Double(row), maxConcurrency: 4))
        {
            await future;
            break;
        }

        return rows.IsClosed;
    }

    [Task]
    private static int Double(int x) => x * 2;

    [Task]
    private static async Task<int> Held(int x, SemaphoreSlim began, Task hold)
    {
        began.Release();
        await hold;
        return x;
    }

    internal sealed class Rows(int count)
    {
        public int Read { get; private set; }

        public bool IsClosed { get; private set; }

        public int? BreaksAt { get; init; }

        public async IAsyncEnumerable<int> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
        {
            try
            {
                for (var row = 0; row < count; row++)
                {
                    await Task.Yield();
                    ct.ThrowIfCancellationRequested();
                    if (row == BreaksAt)
                        throw new InvalidDataException("no more rows");
                    Read++;
                    yield return row;
                }
            }
            finally
            {
                IsClosed = true;
            }
        }
    }
}
