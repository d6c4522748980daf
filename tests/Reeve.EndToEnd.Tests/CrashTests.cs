using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>Each process of a run is killed with no warning. Whatever was acknowledged stays, nothing runs twice, and the run's end says what happened.</summary>
public sealed class CrashTests
{
    private const int Interrupt = 2;
    private const int KillNow = 9;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flow_process_that_is_killed_ends_its_run_as_crashed_with_the_signal()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();
        await SlowFlow.StepBegunAsync(folder, 0);

        ProcessUnderTest.Signal(Engine(worker), KillNow);

        var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.Equal(StateType.Crashed, ended.StateType);
        Assert.Contains("SIGKILL", ended.State!.Message, StringComparison.Ordinal);
        await SlowFlow.Until("nothing is left of the run", () => Task.FromResult(ProcessUnderTest.Descendants(worker.Pid) is []), () => "");
    }

    [Fact]
    public async Task An_executor_that_is_killed_takes_the_flow_with_it_and_the_run_ends_as_crashed()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();
        await SlowFlow.StepBegunAsync(folder, 0);
        var engine = Engine(worker);

        ProcessUnderTest.Signal(ProcessUnderTest.Descendants(worker.Pid).First(p => p.CommandLine.Contains("flow-run execute", StringComparison.Ordinal)).Pid, KillNow);

        var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.Equal(StateType.Crashed, ended.StateType);
        await SlowFlow.Until("the flow's process is gone", () => Task.FromResult(!ProcessUnderTest.IsAlive(engine)), () => "");
    }

    [Fact]
    public async Task A_worker_that_is_killed_leaves_its_run_to_finish_and_the_next_worker_does_not_run_it_again()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();
        await SlowFlow.StepBegunAsync(folder, 0);

        worker.Signal(KillNow);
        await worker.ExitAsync(TimeSpan.FromSeconds(10));
        var second = flow.StartWorker("a");
        await second.WaitForAsync("started!", TimeSpan.FromSeconds(20));
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", Ct);

        var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.Equal(StateType.Completed, ended.StateType);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(folder, "started"), Ct));
        Assert.Equal(["0", "1", "2"], await File.ReadAllLinesAsync(Path.Combine(folder, "marks"), Ct));
        Assert.DoesNotContain(run.Id.ToString(), second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_loses_no_acknowledged_state_and_the_run_goes_on()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();

        var acknowledged = new List<Guid>();
        for (var step = 0; step < 3; step++)
        {
            await SlowFlow.StepBegunAsync(folder, step);
            acknowledged.AddRange((await flow.Reeve.Api.GetFlowRunStatesAsync(run.Id, Ct)).Select(s => s.Id));
            flow.Reeve.Server.Signal(KillNow);
            await flow.Reeve.Server.ExitAsync(TimeSpan.FromSeconds(10));
            await File.WriteAllTextAsync(Path.Combine(folder, $"go{step}"), "", Ct);
            await flow.Reeve.StartServerAsync();
        }

        var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.Equal(StateType.Completed, ended.StateType);
        var history = await flow.Reeve.Api.GetFlowRunStatesAsync(run.Id, Ct);
        Assert.Empty(acknowledged.Except(history.Select(s => s.Id)));
        Assert.Equal([StateType.Scheduled, StateType.Pending, StateType.Running, StateType.Completed], history.Select(s => s.Type));
        var tasks = await flow.Reeve.Api.FindTaskRunsAsync(new Query { TaskRuns = new TaskRunFilter { FlowRunId = new AnyOf<Guid> { Any = [run.Id] } } }, Ct);
        Assert.Equal(3, tasks.Count);
        Assert.All(tasks, t => Assert.Equal(StateType.Completed, t.StateType));
        Assert.Equal(["0", "1", "2"], await File.ReadAllLinesAsync(Path.Combine(folder, "marks"), Ct));
    }

    [Fact]
    public async Task Ctrl_C_on_a_worker_ends_everything_within_seconds_and_the_run_says_why()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();
        await SlowFlow.StepBegunAsync(folder, 0);
        var below = ProcessUnderTest.Descendants(worker.Pid);
        Assert.NotEmpty(below);

        worker.Signal(Interrupt);
        await worker.ExitAsync(TimeSpan.FromSeconds(15));

        Assert.All(below, p => Assert.False(ProcessUnderTest.IsAlive(p.Pid), p.CommandLine));
        var ended = await flow.StateAsync(run.Id, r => r.StateType!.Value.IsTerminal());
        Assert.Equal(StateType.Crashed, ended.StateType);
        Assert.Contains("Worker 'a' was stopped", ended.State!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_is_stopped_and_only_then_called_cancelled()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();
        await SlowFlow.StepBegunAsync(folder, 0);
        var engine = Engine(worker);

        var (code, output) = await flow.Reeve.RunAsync("flow-run", "cancel", run.Id.ToString());

        Assert.True(code == 0, output);
        await flow.StateAsync(run.Id, r => r.StateType == StateType.Cancelled);
        await SlowFlow.Until("the flow's process is gone", () => Task.FromResult(!ProcessUnderTest.IsAlive(engine)), () => "");
        Assert.Equal(["0"], await File.ReadAllLinesAsync(Path.Combine(folder, "marks"), Ct));
    }

    [Fact]
    public async Task The_same_content_is_not_compiled_again()
    {
        await using var flow = await SlowFlow.PrepareAsync();
        var cache = Path.Combine(flow.Reeve.Home, "cache", "flows");
        var built = Programs();
        Assert.Single(built);
        var worker = flow.StartWorker("a");
        var (run, folder) = await flow.CreateRunAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", Ct);

        await flow.StateAsync(run.Id, r => r.StateType == StateType.Completed);

        Assert.Equal(built, Programs());
        await worker.WaitForAsync("exited cleanly", TimeSpan.FromSeconds(10));

        List<(string File, DateTime Written)> Programs() =>
            Directory.GetFiles(cache, "slow.dll", SearchOption.AllDirectories).Select(f => (f, File.GetLastWriteTimeUtc(f))).ToList();
    }

    private static int Engine(ProcessUnderTest worker) =>
        ProcessUnderTest.Descendants(worker.Pid).First(p => p.CommandLine.Contains("slow.dll", StringComparison.Ordinal)).Pid;
}
