using System.Runtime.CompilerServices;
using Reeve.Engine;

namespace Reeve.Tests.Engine;

public sealed class TaskStreamTests : EngineStage
{
    private static readonly AsyncLocal<int[]> Tries = new();

    [Fact]
    public async Task Run_ends_when_the_values_do()
    {
        Assert.Equal(3 + 2 + 1, await In(() => Summed()));

        Assert.Equal(["Pending", "Running", "Completed"], Api.TaskRun("count-down-0").Path);
        Assert.Equal("Completed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public void Stream_that_nobody_reads_has_no_run()
    {
        EngineSession.Current = Session;

        _ = CountDown(3, Token);

        Assert.Empty(Api.TaskRuns);
    }

    [Fact]
    public async Task Reader_that_stops_early_completes_the_run()
    {
        await In(async () =>
        {
            await foreach (var value in CountDown(int.MaxValue))
            {
                if (value < int.MaxValue - 1)
                    break;
            }
        });

        Assert.Equal("Completed", Assert.Single(Api.TaskRuns).Current.Name);
        Assert.Contains(Api.Messages, line => line.StartsWith("Its reader stopped after ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failure_after_a_value_reaches_the_reader_and_is_not_retried()
    {
        Tries.Value = [0];
        var seen = new List<int>();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => In(async () =>
        {
            await foreach (var value in Breaking(after: 2))
                seen.Add(value);
        }));

        Assert.Equal("broken", thrown.Message);
        Assert.Equal([0, 1], seen);
        Assert.Equal(["Pending", "Running", "Failed"], Assert.Single(Api.TaskRuns).Path);
    }

    [Fact]
    public async Task Failure_before_the_first_value_is_retried()
    {
        Tries.Value = [0];

        await Assert.ThrowsAsync<InvalidOperationException>(() => In(async () =>
        {
            await foreach (var value in Breaking(after: 0))
                Assert.Fail($"got {value}");
        }));

        Assert.Equal(2, Assert.Single(Api.TaskRuns).RunCount);
        Assert.Equal(2, Tries.Value[0]);
    }

    [Fact]
    public async Task Token_of_the_enumeration_cancels_the_run()
    {
        using var source = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(async () =>
        {
            await foreach (var value in CountDown(int.MaxValue).WithCancellation(source.Token))
                await source.CancelAsync();
        }));

        Assert.Equal("Cancelled", Assert.Single(Api.TaskRuns).Current.Name);
    }

    [Fact]
    public async Task Options_of_the_call_are_the_streams()
    {
        new CallScope { Options = new CallOptions { RunName = "mine" } }.Enter();

        await In(async () =>
        {
            await foreach (var _ in CountDown(1))
            {
            }
        });

        Assert.Equal("mine", Assert.Single(Api.TaskRuns).Name);
    }

    [Flow]
    private static async Task<int> Summed()
    {
        var sum = 0;
        await foreach (var value in CountDown(3))
            sum += value;
        return sum;
    }

    [Task]
    private static async IAsyncEnumerable<int> CountDown(int from, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var value = from; value > 0; value--)
        {
            ct.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return value;
        }
    }

    [Task(Retries = 1)]
    private static async IAsyncEnumerable<int> Breaking(int after)
    {
        Tries.Value![0]++;
        for (var value = 0; value < after; value++)
        {
            await Task.Yield();
            yield return value;
        }

        throw new InvalidOperationException("broken");
    }
}
