using System.Globalization;
using Reeve.Deployments.Running;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.Workers.Tests;

public sealed class WorkerLoopTests : IAsyncLifetime
{
    private WorkerBench _bench = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await WorkerBench.StartAsync();

    [Fact]
    public async Task A_run_is_run_and_told_of_in_the_known_words()
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("ok", "report RUNNING; echo from the run; report COMPLETED")));
        await using var worker = _bench.StartWorker();
        await _bench.UntilAsync(run.Id, StateType.Completed);
        var pid = await _bench.PidAsync(run.Id);
        await Eventually.True(() => worker.Terminal.Contains("exited cleanly", StringComparison.Ordinal), () => worker.Terminal);

        Assert.Equal(["Scheduled", "Pending", "Running", "Completed"], await _bench.HistoryAsync(run.Id));
        Assert.Contains("Worker 'worker-1' started!", worker.Terminal, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\d\d:\d\d:\d\d\.\d{3} \| INFO    \| prefect\.flow_runs\.worker - Worker 'worker-1' submitting flow run '" + run.Id + "'", worker.Terminal);
        Assert.Contains("\nfrom the run", worker.Terminal.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        string[] expected =
        [
            $"Worker 'worker-1' submitting flow run '{run.Id}'", "Opening process...", $"Completed submission of flow run '{run.Id}'", $"Process {pid} exited cleanly.",
        ];
        await Eventually.AsyncTrue(async () => (await LinesAsync(run.Id)).SequenceEqual(expected), () => string.Join('\n', LinesAsync(run.Id).GetAwaiter().GetResult()));
        var stored = await _bench.Api.FindFlowRunAsync(run.Id, Cancelled);
        Assert.Equal("worker-1", stored!.Labels.GetProperty("prefect.worker.name").GetString());
        Assert.Equal(WorkerBench.Pool, stored.Labels.GetProperty("prefect.work-pool.name").GetString());
    }

    [Fact]
    public async Task A_process_that_is_killed_leaves_a_crashed_run_with_the_evidence()
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("long", "report RUNNING; sleep 600")));
        await using var worker = _bench.StartWorker();
        await _bench.UntilAsync(run.Id, StateType.Running);
        ProcessGroup.TrySignalGroup(await _bench.PidAsync(run.Id), ProcessGroup.SigKill);
        var ended = await _bench.UntilAsync(run.Id, StateType.Crashed);
        Assert.Equal("Flow run process exited with status 137 (killed by SIGKILL).", ended.State!.Message);
        Assert.Contains("exited with status code: 137; killed by SIGKILL", worker.Terminal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 3", "Flow run process exited with status 3.")]
    [InlineData("true", "Flow run process exited with status 0 before the run had ended.")]
    public async Task A_process_that_ends_before_its_run_leaves_a_crashed_run(string body, string message)
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("short", "report RUNNING; " + body)));
        await using var worker = _bench.StartWorker();
        Assert.Equal(message, (await _bench.UntilAsync(run.Id, StateType.Crashed)).State!.Message);
    }

    [Fact]
    public async Task What_the_run_has_told_stands_whatever_its_process_exits_with()
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("failed", "report RUNNING; report FAILED; exit 1")));
        await using var worker = _bench.StartWorker();
        await Eventually.True(() => worker.Terminal.Contains("exited with status code: 1", StringComparison.Ordinal), () => worker.Terminal);
        await worker.StopAsync();
        Assert.Equal(["Scheduled", "Pending", "Running", "Failed"], await _bench.HistoryAsync(run.Id));
    }

    [Theory]
    [InlineData("no-such-program --now", "cannot start 'no-such-program': there is no such program on this worker")]
    [InlineData("'unclosed", "has a quote (') that is not closed")]
    public async Task A_command_that_cannot_start_leaves_a_crashed_run_that_says_why(string command, string why)
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(command));
        await using var worker = _bench.StartWorker();
        Assert.Contains(why, (await _bench.UntilAsync(run.Id, StateType.Crashed)).State!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_working_directory_is_named()
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync("true", """{"working_dir": "/no/such/folder"}"""));
        await using var worker = _bench.StartWorker();
        Assert.Contains("'/no/such/folder' does not exist", (await _bench.UntilAsync(run.Id, StateType.Crashed)).State!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_and_overrides_reach_the_process()
    {
        var script = _bench.Script("env", "echo \"$COLOUR $SHAPE ${REMOVED-gone} $PREFECT__FLOW_RUN_ID\" > env.txt; report RUNNING; report COMPLETED");
        var run = await _bench.RunAsync(await _bench.DeployAsync(script, """{"env": {"COLOUR": "blue", "REMOVED": null}, "env.SHAPE": "round"}"""));
        await using var worker = _bench.StartWorker();
        await _bench.UntilAsync(run.Id, StateType.Completed);
        Assert.Equal($"blue round gone {run.Id}\n", await File.ReadAllTextAsync(Path.Combine(_bench.Folder, "env.txt"), Cancelled));
    }

    [Theory]
    [InlineData("", "ended by SIGTERM")]
    [InlineData("trap '' TERM; ", "killed by SIGKILL")]
    public async Task A_cancelled_run_is_stopped_with_all_that_it_started(string trap, string evidence)
    {
        var script = _bench.Script("cancel", trap + "sleep 600 & echo $! > child.txt; report RUNNING; wait; sleep 600");
        var run = await _bench.RunAsync(await _bench.DeployAsync(script));
        await using var worker = _bench.StartWorker(o => o with { CancelGrace = TimeSpan.FromMilliseconds(500) });
        await _bench.UntilAsync(run.Id, StateType.Running);
        var child = int.Parse(await File.ReadAllTextAsync(Path.Combine(_bench.Folder, "child.txt"), Cancelled), CultureInfo.InvariantCulture);
        await _bench.Api.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Cancelling }, force: false, Cancelled);
        var ended = await _bench.UntilAsync(run.Id, StateType.Cancelled);
        Assert.Contains(evidence, ended.State!.Message, StringComparison.Ordinal);
        Assert.False(IsAlive(child));
    }

    [Fact]
    public async Task A_worker_that_stops_ends_its_runs_and_says_so()
    {
        var running = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("running", "echo $$ > running.txt; report RUNNING; sleep 600")));
        var pending = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("pending", "echo $$ > pending.txt; sleep 600")));
        var worker = _bench.StartWorker();
        await using (worker)
        {
            await _bench.UntilAsync(running.Id, StateType.Running);
            await _bench.PidAsync(pending.Id);
            await Eventually.True(() => File.Exists(Path.Combine(_bench.Folder, "pending.txt")), () => "pending did not start");
            var start = TimeProvider.System.GetTimestamp();
            await worker.StopAsync();
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
        }

        foreach (var file in (string[])["running.txt", "pending.txt"])
            Assert.False(IsAlive(int.Parse(await File.ReadAllTextAsync(Path.Combine(_bench.Folder, file), Cancelled), CultureInfo.InvariantCulture)));
        var crashed = await _bench.UntilAsync(running.Id, StateType.Crashed);
        Assert.Contains("Worker 'worker-1' was stopped", crashed.State!.Message, StringComparison.Ordinal);
        var given = await _bench.UntilAsync(pending.Id, StateType.Scheduled);
        Assert.Contains("Given back by worker 'worker-1'", given.State!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_worker_gave_back_another_runs()
    {
        var marker = Path.Combine(_bench.Folder, "second");
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("twice", "if [ -e second ]; then report RUNNING; report COMPLETED; else : > first; sleep 600; fi")));
        await using (var first = _bench.StartWorker())
        {
            await Eventually.True(() => File.Exists(Path.Combine(_bench.Folder, "first")), () => first.Terminal);
            await first.StopAsync();
        }

        await File.WriteAllTextAsync(marker, "", Cancelled);
        await using var worker = _bench.StartWorker(name: "worker-2");
        await _bench.UntilAsync(run.Id, StateType.Completed);
    }

    [Fact]
    public async Task Of_two_hundred_runs_two_workers_run_each_once()
    {
        var deployment = await _bench.DeployAsync(_bench.Script("count", "echo $REEVE_FLOW_RUN_ID >> runs.txt; report RUNNING; report COMPLETED"));
        var runs = new List<Guid>();
        for (var i = 0; i < 200; i++)
            runs.Add((await _bench.RunAsync(deployment)).Id);
        await using var first = _bench.StartWorker(o => o with { Limit = 8 }, "worker-1");
        await using var second = _bench.StartWorker(o => o with { Limit = 8 }, "worker-2");
        await Eventually.AsyncTrue(
            async () => (await _bench.Api.FindFlowRunsAsync(new Query { FlowRuns = new FlowRunFilter { State = new StateFilter { Type = new AnyOf<StateType> { Any = [StateType.Completed] } } }, Limit = 200 }, Cancelled)).Count == 200,
            () => "not all were completed\n" + first.Terminal + second.Terminal, seconds: 180);
        var executed = await File.ReadAllLinesAsync(Path.Combine(_bench.Folder, "runs.txt"), Cancelled);
        Assert.Equal(runs.Select(r => r.ToString()).Order(), executed.Order());
        Assert.Contains("submitting", first.Terminal, StringComparison.Ordinal);
        Assert.Contains("submitting", second.Terminal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_runs_at_once_than_the_limit()
    {
        var deployment = await _bench.DeployAsync(_bench.Script("limited", "mkdir busy || echo two at once > fault.txt; report RUNNING; rmdir busy; report COMPLETED"));
        for (var i = 0; i < 6; i++)
            await _bench.RunAsync(deployment);
        await using var worker = _bench.StartWorker(o => o with { Limit = 1, RunOnce = true });
        await worker.Running;
        Assert.False(File.Exists(Path.Combine(_bench.Folder, "fault.txt")));
        Assert.Equal(6, worker.Terminal.Split("exited cleanly").Length - 1);
    }

    [Fact]
    public async Task Running_once_ends_when_what_was_due_has_ended()
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("once", "report RUNNING; report COMPLETED")));
        await using var worker = _bench.StartWorker(o => o with { RunOnce = true });
        await worker.Running;
        Assert.Equal(StateType.Completed, (await _bench.Api.FindFlowRunAsync(run.Id, Cancelled))!.StateType);
    }

    [Fact]
    public async Task A_server_that_goes_and_comes_back_is_waited_for_and_told_of_once()
    {
        var deployment = await _bench.DeployAsync(_bench.Script("again", "report RUNNING; report COMPLETED"));
        await using var worker = _bench.StartWorker();
        await _bench.UntilAsync((await _bench.RunAsync(deployment)).Id, StateType.Completed);
        await _bench.RestartServerAsync(() => Eventually.True(() => worker.Terminal.Contains("Cannot reach the API", StringComparison.Ordinal), () => worker.Terminal));
        await _bench.UntilAsync((await _bench.RunAsync(deployment)).Id, StateType.Completed);
        Assert.Equal(2, worker.Terminal.Split("Cannot reach the API").Length);
        Assert.Equal(2, worker.Terminal.Split("The API answers again.").Length);
    }

    [Fact]
    public async Task A_report_for_which_the_server_was_away_is_made_when_it_is_back()
    {
        var run = await _bench.RunAsync(await _bench.DeployAsync(_bench.Script("orphan", "report RUNNING; sleep 600")));
        await using var worker = _bench.StartWorker();
        await _bench.UntilAsync(run.Id, StateType.Running);
        var pid = await _bench.PidAsync(run.Id);
        await _bench.RestartServerAsync(async () =>
        {
            ProcessGroup.TrySignalGroup(pid, ProcessGroup.SigKill);
            await Eventually.True(() => worker.Terminal.Contains("killed by SIGKILL", StringComparison.Ordinal), () => worker.Terminal);
        });
        Assert.Contains("status 137", (await _bench.UntilAsync(run.Id, StateType.Crashed)).State!.Message, StringComparison.Ordinal);
    }

    private async Task<List<string>> LinesAsync(Guid run) =>
        [.. (await _bench.Api.FindLogsAsync(new Query { Logs = new LogFilter { FlowRunId = new AnyOf<Guid> { Any = [run] } }, Sort = "TIMESTAMP_ASC" }, Cancelled)).Select(l => l.Message)];

    private static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(' ')[2] is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();
}
