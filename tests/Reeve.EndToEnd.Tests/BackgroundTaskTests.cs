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
        var (again, once) = (await program.DelayAsync("delay-slow", program.Marks, "1"), await program.DelayAsync("delay-slow", program.Folder("once"), "0"));
        await SlowFlow.Until("both tasks have begun", () => Task.FromResult(Begun(program.Marks) == 1 && Begun(program.Folder("once")) == 1), () => one.Output);

        one.Signal(9);
        await using var two = program.Start("serve", "two");

        await program.RunAsync(again, run => run.StateType == StateType.Completed, () => two.Output);
        var states = await program.Reeve.Api.GetTaskRunStatesAsync(again, Token);
        Assert.Equal(["Scheduled", "Pending", "Running", "Crashed", "AwaitingRetry", "Pending", "Rerunning", "Completed"], states.Select(state => state.Name));
        Assert.Contains("Task worker 'one', which had the run, has not been connected for", states[3].Message, StringComparison.Ordinal);
        Assert.Equal(2, Begun(program.Marks));
        await program.RunAsync(once, run => run.StateType == StateType.Crashed, () => two.Output);
        Assert.Equal(1, Begun(program.Folder("once")));
    }

    [Fact]
    public async Task Worker_without_a_place_leaves_the_runs_to_others_and_is_not_taken_for_dead()
    {
        await using var program = await TaskProgram.PrepareAsync();
        await using var one = program.Start("serve", "one", "1");
        var held = await program.DelayAsync("delay-held", program.Marks);
        await SlowFlow.Until("the task has begun", () => Task.FromResult(Directory.GetFiles(program.Marks, "held-*").Length == 1), () => one.Output);
        await using (var delay = program.Start("delay", program.Folder("many"), "20"))
            Assert.True(await delay.ExitAsync(Limit) == 0, delay.Output);

        await using var two = program.Start("serve", "two");

        await SlowFlow.Until("the others are run", () => Task.FromResult(Directory.GetFiles(program.Folder("many")).Length == 20), () => two.Output);
        var key = (await program.Reeve.Api.FindTaskRunAsync(held, Token))!.TaskKey;
        await SlowFlow.Until("both are seen", async () => (await program.Reeve.Api.FindTaskWorkersAsync([key, $"busy/{key}"], Token)).Select(worker => worker.Identifier).Order().SequenceEqual(["one", "two"]), () => one.Output);
        await File.WriteAllTextAsync(Path.Combine(program.Marks, "go"), "", Token);
        await program.RunAsync(held, run => run.StateType == StateType.Completed, () => one.Output);
        Assert.Equal(["Scheduled", "Pending", "Running", "Completed"], (await program.Reeve.Api.GetTaskRunStatesAsync(held, Token)).Select(state => state.Name));
    }

    [Fact]
    public async Task Worker_that_is_asked_to_stop_ends_what_it_has_and_takes_no_more()
    {
        await using var program = await TaskProgram.PrepareAsync();
        await using var one = program.Start("serve", "one", "2");
        var held = await program.DelayAsync("delay-held", program.Marks);
        await SlowFlow.Until("the task has begun", () => Task.FromResult(Directory.GetFiles(program.Marks, "held-*").Length == 1), () => one.Output);
        var key = (await program.Reeve.Api.FindTaskRunAsync(held, Token))!.TaskKey;

        one.Signal(15);
        await SlowFlow.Until("it takes no more", async () => (await program.Reeve.Api.FindTaskWorkersAsync([key], Token)).Count == 0, () => one.Output);
        var left = await program.DelayAsync("delay-held", program.Marks);
        await File.WriteAllTextAsync(Path.Combine(program.Marks, "go"), "", Token);

        Assert.True(await one.ExitAsync(Limit) == 0, one.Output);
        Assert.Equal(StateType.Completed, (await program.Reeve.Api.FindTaskRunAsync(held, Token))!.StateType);
        Assert.Equal(StateType.Scheduled, (await program.Reeve.Api.FindTaskRunAsync(left, Token))!.StateType);
    }

    [Fact]
    public async Task Run_that_a_client_of_another_language_delayed_is_left_as_it_is()
    {
        await using var program = await TaskProgram.PrepareAsync();
        var known = await program.DelayAsync("delay-held", program.Marks);
        var key = (await program.Reeve.Api.FindTaskRunAsync(known, Token))!.TaskKey;
        var foreign = await program.Reeve.Api.CreateTaskRunAsync(
            new TaskRunCreate
            {
                Name = "of-python",
                TaskKey = key,
                DynamicKey = "0",
                State = new StateCreate { Type = StateType.Scheduled, Name = "Scheduled", StateDetails = new StateDetails { Deferred = true, TaskParametersId = Guid.NewGuid() } },
            },
            Token);
        await File.WriteAllTextAsync(Path.Combine(program.Marks, "go"), "", Token);

        await using var worker = program.Start("serve", "one");

        await worker.WaitForAsync("Task run 'of-python' was delayed by a client of another language", Limit);
        await program.RunAsync(await program.DelayAsync("delay-held", program.Marks), run => run.StateType == StateType.Completed, () => worker.Output);
        Assert.Equal("Scheduled", Assert.Single(await program.Reeve.Api.GetTaskRunStatesAsync(foreign.Id, Token)).Name);
    }

    [Theory]
    [InlineData()]
    [InlineData("blocking")]
    public async Task Ten_thousand_mapped_tasks_stay_small(params string[] kind)
    {
        await using var program = await TaskProgram.PrepareAsync();
        await using var map = program.Start(["map", "10000", .. kind]);

        Assert.True(await map.ExitAsync(Limit) == 0, map.Output[..Math.Min(map.Output.Length, 4000)]);
        Assert.Contains("sum 9999", map.Output, StringComparison.Ordinal);
        var peak = int.Parse((await map.WaitForAsync("peak (\\d+) MB", Limit)).Groups[1].Value);
        TestContext.Current.SendDiagnosticMessage($"10,000 mapped tasks: {peak} MB at most");
        Assert.InRange(peak, 20, 300);
    }

    private static int Begun(string folder) => Directory.GetFiles(folder, "slow-*").Length;
}
