using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Tests.Engine;

public sealed class RunHooksTests : EngineStage
{
    private static readonly AsyncLocal<List<string>> Heard = new();

    [Fact]
    public async Task Hooks_of_a_task_hear_its_start_and_its_end()
    {
        Heard.Value = [];

        await In(() => Good(1));

        Assert.Equal(["running good-1 Running", "completed Completed"], Heard.Value);
        Assert.Contains("Calling hook 'Completed' for state Completed", Api.Messages);
    }

    [Fact]
    public async Task Failure_is_heard_once_when_retries_are_used_up()
    {
        Heard.Value = [];

        await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => Bad()));

        Assert.Equal(["running bad Running", "failed Failed after 2", "note"], Heard.Value);
        Assert.Equal("AwaitingRetry", Api.TaskRuns.Single().Path.ElementAt(2));
    }

    [Fact]
    public async Task Hooks_of_a_flow_hear_that_it_was_cancelled()
    {
        Heard.Value = [];
        using var caller = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => Cancelled(caller, caller.Token)));

        Assert.Equal(["flow cancelled Cancelled"], Heard.Value);
    }

    [Fact]
    public async Task Hook_that_throws_is_logged_and_the_others_and_the_state_stay()
    {
        Heard.Value = [];

        Assert.Equal(1, await In(() => Unlucky()));

        Assert.Equal(["note"], Heard.Value);
        Assert.Equal("Completed", Assert.Single(Api.TaskRuns).Current.Name);
        Assert.Contains(Api.Messages, line => line.StartsWith("Hook 'Throwing' failed. The run stays Completed:", StringComparison.Ordinal) && line.Contains("out of luck", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hooks_of_the_call_take_the_place_of_the_attributes()
    {
        Heard.Value = [];
        var heard = Heard.Value;
        var options = new CallOptions
        {
            OnCompletion = state =>
            {
                heard.Add($"call's {state.Name} of {TaskRunContext.Current!.Name}");
                return ValueTask.CompletedTask;
            },
        };

        await In(() => RetryOptionTests.With(options, () => Good(2)));

        Assert.Equal(["running good-2 Running", "call's Completed of good-2"], heard);
    }

    [Fact]
    public async Task Hook_prints_are_lines_of_the_run()
    {
        await In(() => Printing());

        var line = Assert.Single(Api.Logs, log => log.Message == "said by the hook");
        Assert.Equal(Api.TaskRuns.Single().Id, line.TaskRunId);
    }

    [Fact]
    public async Task Task_without_hooks_calls_none()
    {
        await RunHooks.CallAsync([], this, () => throw new InvalidOperationException("entered"), null!, null!);

        await In(() => Silent());

        Assert.DoesNotContain(Api.Messages, line => line.Contains("hook", StringComparison.Ordinal));
    }

    [Task(RunName = "good-{number}", OnRunning = nameof(Running), OnCompletion = nameof(Completed))]
    private static Task<int> Good(int number) => Task.FromResult(number);

    [Task(RunName = "bad", Retries = 1, OnRunning = nameof(Running), OnFailure = nameof(Failed) + ", " + nameof(Note), OnCompletion = nameof(Completed))]
    private static Task<int> Bad() => throw new InvalidOperationException("x");

    [Flow(OnCancellation = nameof(FlowCancelled), OnFailure = nameof(Note))]
    private static async Task<int> Cancelled(CancellationTokenSource caller, CancellationToken ct)
    {
        await caller.CancelAsync();
        await Task.Delay(Timeout.Infinite, ct);
        return 1;
    }

    [Task(OnCompletion = nameof(Throwing) + "," + nameof(Note))]
    private static Task<int> Unlucky() => Task.FromResult(1);

    [Task(LogPrints = true, OnCompletion = nameof(Print))]
    private static Task<int> Printing() => Task.FromResult(1);

    [Task]
    private static Task<int> Silent() => Task.FromResult(1);

    private static void Running(TaskRunContext run, State state) => Heard.Value!.Add($"running {run.Name} {state.Name}");

    private static async Task Completed(object run, State state)
    {
        await Task.Yield();
        Assert.IsType<TaskRunContext>(run);
        Heard.Value!.Add($"completed {state.Name}");
    }

    private static ValueTask Failed(TaskRunContext run, State state)
    {
        Heard.Value!.Add($"failed {state.Name} after {run.Attempt}");
        return ValueTask.CompletedTask;
    }

    private static void FlowCancelled(FlowRunContext run, State state)
    {
        Assert.Same(run, FlowRunContext.Current);
        Heard.Value!.Add($"flow cancelled {state.Name}");
    }

    private static void Note() => Heard.Value!.Add("note");

    private static void Throwing() => throw new InvalidOperationException("out of luck");

    private static void Print() => Console.WriteLine("said by the hook");
}
