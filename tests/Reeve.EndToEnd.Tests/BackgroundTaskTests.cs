using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>Delayed tasks over a real server, with workers that are processes.</summary>
public sealed class BackgroundTaskTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_workers_run_two_hundred_delayed_tasks_each_once()
    {
        await using var program = await TaskProgram.PrepareAsync();
        await using var one = program.Start("serve", "one");
        await using var two = program.Start("serve", "two");
        await using (var delay = program.Start("delay", program.Marks, "200"))
            Assert.True(await delay.ExitAsync(Limit) == 0, delay.Output);

        var query = new Query { TaskRuns = new TaskRunFilter { State = new StateFilter { Type = new AnyOf<StateType> { Any = [StateType.Completed] } } }, Limit = 200 };
        List<TaskRun> completed = [];
        await SlowFlow.Until(
            "all are completed", async () => (completed = await program.Reeve.Api.FindTaskRunsAsync(query, Token)).Count == 200, () => $"{completed.Count} of 200\n{one.Output}\n{two.Output}");

        var marks = Directory.GetFiles(program.Marks).Select(path => int.Parse(Path.GetFileName(path).Split('-')[0])).Order();
        Assert.Equal(Enumerable.Range(0, 200), marks);
        foreach (var worker in (ProcessUnderTest[])[one, two])
        {
            worker.Signal(15);
            Assert.True(await worker.ExitAsync(Limit) == 0, worker.Output);
            Assert.Contains("served", worker.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Task_of_a_killed_worker_is_crashed_by_another_and_run_again_as_its_retries_allow()
    {
        await using var program = await TaskProgram.PrepareAsync();
        await using var one = program.Start("serve", "one");
        await using var delay = program.Start("delay-slow", program.Marks);
        var id = Guid.Parse((await delay.WaitForAsync("delayed (.*)", Limit)).Groups[1].Value);
        await SlowFlow.Until("the task has begun", () => Task.FromResult(Directory.GetFiles(program.Marks, "slow-*").Length == 1), () => one.Output);

        one.Signal(9);
        await using var two = program.Start("serve", "two");
        TaskRun? run = null;
        await SlowFlow.Until(
            "the task is run again", async () => (run = await program.Reeve.Api.FindTaskRunAsync(id, Token))!.StateType == StateType.Completed, () => $"{run?.StateName}\n{two.Output}");

        var states = await program.Reeve.Api.GetTaskRunStatesAsync(id, Token);
        Assert.Equal(["Scheduled", "Pending", "Running", "Crashed", "AwaitingRetry", "Pending", "Running", "Completed"], states.Select(state => state.Name.Replace("Retrying", "Running", StringComparison.Ordinal)));
        Assert.Contains("Task worker 'one', which had the run, has not been connected for", states[3].Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(program.Marks, "slow-*").Length);
    }

    [Fact]
    public async Task Ten_thousand_mapped_tasks_stay_small()
    {
        await using var program = await TaskProgram.PrepareAsync();
        await using var map = program.Start("map", "10000");

        Assert.True(await map.ExitAsync(Limit) == 0, map.Output[..Math.Min(map.Output.Length, 4000)]);
        Assert.Contains("sum 9999", map.Output, StringComparison.Ordinal);
        var peak = int.Parse((await map.WaitForAsync("peak (\\d+) MB", Limit)).Groups[1].Value);
        Assert.InRange(peak, 20, 300);
    }
}
