using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

public sealed class RunTests : EngineStage
{
    private static readonly AsyncLocal<Counter> Calls = new();

    [Fact]
    public async Task Flow_and_tasks_report_their_states_and_lines()
    {
        var result = await In(() => Greeting("Ann"));

        Assert.Equal("Hello Ann", result);
        var flow = Assert.Single(Api.FlowRuns);
        Assert.Equal(["Pending", "Running", "Completed"], flow.Path);
        Assert.Equal("""{"name":"Ann"}""", flow.Parameters.GetRawText());
        Assert.Equal(["Pending", "Running", "Completed"], Api.TaskRun("greet-0").Path);
        Assert.Equal(
            [
                $"Beginning flow run '{flow.Name}' for flow 'greeting'", "Created task run 'greet-0' for task 'greet'", "printed in greet", "said by greet",
                "Finished in state Completed()", "Finished in state Completed()",
            ],
            Api.Messages);
        Assert.Equal(["prefect.task_runs", "prefect.flow_runs"], Api.Logs.TakeLast(2).Select(line => line.Name));
        Assert.All(Api.Logs, line => Assert.Equal(flow.Id, line.FlowRunId));
    }

    [Fact]
    public async Task Failed_task_is_retried_as_the_server_says()
    {
        Assert.Equal(2, await In(() => WithFlaky(failures: 1)));

        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"], Api.TaskRun("flaky-0").Path);
        Assert.Contains("Task run failed with exception: InvalidOperationException: try 1 - Retry 1/1 will start immediately", Api.Messages);
        Assert.Equal(20, Api.Logs.Single(line => line.Message.Contains("Retry 1/1", StringComparison.Ordinal)).Level);
    }

    [Fact]
    public async Task Retry_after_a_part_of_a_second_is_announced_as_that()
    {
        Assert.Equal(2, await In(() => WithPatientFlaky()));

        Assert.Matches(@"Retry 1/1 will start 0\.\d second\(s\) from now$", Assert.Single(Api.Messages, line => line.Contains("Retry 1/1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Callback_that_fails_in_a_timeout_ends_neither_the_process_nor_the_report()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => In(() => WithFailingCallback(Token)));

        Assert.Equal("TimedOut", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Code_that_blocks_while_it_is_cancelled_holds_up_neither_who_cancels_nor_the_report()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        using var caller = new CancellationTokenSource();
        var run = In(() => BlocksWhenCancelled(begun, release, caller.Token));
        try
        {
            await begun.Task;
            await Task.Run(caller.Cancel, Token).WaitAsync(TimeSpan.FromSeconds(30), Token);

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(30), Token));
            Assert.Equal("Cancelled", Assert.Single(Api.FlowRuns).Current.Name);
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public async Task Fault_of_the_engine_is_told_in_one_line_when_nobody_catches_it_and_the_authors_own_is_not()
    {
        Api.Fault = (_, path) => path.StartsWith("flows/", StringComparison.Ordinal) ? System.Net.HttpStatusCode.Unauthorized : null;

        var refused = await Assert.ThrowsAsync<Reeve.Client.ApiException>(() => In(() => Greeting("Ann")));

        Assert.Equal("Error: " + refused.Message, UncaughtFault.MessageOf(refused));
        Assert.Equal("Error: " + refused.Message, UncaughtFault.MessageOf(new AggregateException(refused)));
        Assert.Null(UncaughtFault.MessageOf(new Reeve.Client.ApiException(refused.Message)));
        Assert.Null(UncaughtFault.MessageOf(new InvalidOperationException("the author's")));
    }

    [Fact]
    public async Task Failure_after_the_last_retry_fails_the_flow_with_the_authors_own_exception()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => WithFlaky(failures: 5)));

        Assert.Equal("try 2", thrown.Message);
        Assert.Equal("Task run encountered an exception InvalidOperationException: try 2", Api.TaskRun("flaky-0").Current.Message);
        var end = Assert.Single(Api.FlowRuns).Current;
        Assert.Equal(("Failed", "Flow run encountered an exception: InvalidOperationException: try 2"), (end.Name, end.Message));
        Assert.Contains(Api.Messages, line => line.StartsWith("Task run failed with exception: InvalidOperationException: try 2 - Retries are exhausted\n", StringComparison.Ordinal));
        Assert.Contains("Finished in state Failed('Flow run encountered an exception: InvalidOperationException: try 2')", Api.Messages);
    }

    [Fact]
    public async Task Completed_task_hands_back_its_stored_result_when_the_flow_is_tried_again()
    {
        Api.Verdict = (run, proposed) => run.IsTask && run.Current.Type == StateType.Completed && proposed.Type == StateType.Running
            ? RecordingApi.Answer(OrchestrationStatus.Reject, run.Current, "already completed")
            : null;

        var (stored, attempts) = await In(() => Resumed());

        Assert.Equal((1, 2), (stored, attempts));
        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"], Assert.Single(Api.FlowRuns).Path);
        Assert.Equal(["Pending", "Running", "Completed"], Api.TaskRun("count-0").Path);
    }

    [Fact]
    public async Task Wait_is_obeyed_and_the_state_proposed_again()
    {
        var waits = 0;
        Api.Verdict = (run, _) => !run.IsTask && ++waits < 3 ? RecordingApi.Answer(OrchestrationStatus.Wait, null, "later", 0) : null;

        await In(() => Greeting("Ann"));

        Assert.Equal(["Pending", "Running", "Completed"], Assert.Single(Api.FlowRuns).Path);
        Assert.True(waits >= 3);
    }

    [Fact]
    public async Task Held_run_waits_until_it_may_start()
    {
        var held = 0;
        Api.Verdict = (run, proposed) => run.IsTask && proposed.Type == StateType.Running && ++held < 3
            ? RecordingApi.Answer(OrchestrationStatus.Reject, run.Current with { Type = StateType.Scheduled, Name = "AwaitingConcurrencySlot" }, "no slot")
            : null;

        await In(() => Greeting("Ann"));

        Assert.Equal(2, Api.Messages.Count(line => line == "Waiting to start: the run is AwaitingConcurrencySlot()"));
        Assert.Equal("Completed", Api.TaskRun("greet-0").Current.Name);
    }

    [Fact]
    public async Task Aborted_run_is_not_executed()
    {
        Api.Verdict = (_, _) => RecordingApi.Answer(OrchestrationStatus.Abort, null, "the deployment is paused");

        var thrown = await Assert.ThrowsAsync<RunAbortedException>(() => In(() => Greeting("Ann")));

        Assert.Contains("the deployment is paused", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Api.TaskRuns);
    }

    [Fact]
    public async Task Run_that_is_over_is_not_executed()
    {
        Api.Verdict = (run, _) => RecordingApi.Answer(OrchestrationStatus.Reject, run.Current with { Type = StateType.Cancelled, Name = "Cancelled" }, "cancelled");

        await Assert.ThrowsAsync<RunAbortedException>(() => In(() => Greeting("Ann")));

        Assert.Empty(Api.TaskRuns);
    }

    [Fact]
    public async Task Answers_that_are_lost_change_nothing()
    {
        var lost = new HashSet<string>();
        Api.LoseAnswer = (_, path) => Api.Requests.Last() is var last && !path.StartsWith("logs", StringComparison.Ordinal) && lost.Add(last.Path + last.Body);

        Assert.Equal(2, await In(() => WithFlaky(failures: 1)));

        Assert.Equal(["Pending", "Running", "Completed"], Assert.Single(Api.FlowRuns).Path);
        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"], Assert.Single(Api.TaskRuns).Path);
        Assert.True(lost.Count > 7);
    }

    [Fact]
    public async Task Server_that_is_away_in_mid_run_loses_nothing()
    {
        var requests = 0;
        Api.Fault = (_, path) => ++requests > 4 && requests % 3 != 0 ? System.Net.HttpStatusCode.ServiceUnavailable : null;

        await In(() => Greeting("Ann"));

        Assert.Equal("Completed", Assert.Single(Api.FlowRuns).Current.Name);
        Assert.Equal(6, Api.Logs.Count);
    }

    [Fact]
    public async Task Run_past_its_timeout_fails_as_timed_out()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => In(() => TooLong(CancellationToken.None)));

        var end = Assert.Single(Api.FlowRuns).Current;
        Assert.Equal((StateType.Failed, "TimedOut", "Flow run exceeded timeout of 0.05 second(s)"), (end.Type, end.Name, end.Message));
        Assert.Equal("Cancelled", Api.TaskRun("wait-for-ever-0").Current.Name);
    }

    [Fact]
    public async Task Code_that_does_not_heed_its_timeout_is_left_behind()
    {
        using var release = new SemaphoreSlim(0);

        await Assert.ThrowsAsync<TimeoutException>(() => In(() => Deaf(release)));
        release.Release();

        Assert.Equal("TimedOut", Assert.Single(Api.FlowRuns).Current.Name);
        Assert.Contains(Api.Messages, line => line.StartsWith("The code did not stop within 0.2 second(s)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_of_the_caller_cancels_the_run()
    {
        using var caller = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => CancelledBy(caller, caller.Token)));

        Assert.Equal("Cancelled", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Synchronous_flow_and_tasks_run()
    {
        Assert.Equal(6, await In(() => Task.Run(() => Sum(1, 2, 3), Token)));

        Assert.Equal(["add-0", "add-1"], Api.TaskRuns.Select(run => run.Name));
        Assert.All(Api.Runs.Values, run => Assert.Equal("Completed", run.Current.Name));
    }

    [Fact]
    public async Task Parallel_tasks_have_their_own_runs_and_prints()
    {
        await In(() => Parallel(5));

        foreach (var run in Api.TaskRuns)
            Assert.Single(Api.Logs, line => line.TaskRunId == run.Id && line.Message.StartsWith("printed by ", StringComparison.Ordinal));
        Assert.Equal(5, Api.TaskRuns.Count());
    }

    [Fact]
    public async Task Task_outside_of_a_flow_has_a_run_of_its_own()
    {
        Assert.Equal("Hello Bob", await In(() => Greet("Bob")));

        var run = Assert.Single(Api.TaskRuns);
        Assert.Null(run.FlowRunId);
        Assert.Equal("Completed", run.Current.Name);
        Assert.Contains("Finished in state Completed()", Api.Messages);
    }

    [Fact]
    public async Task Argument_without_a_json_form_is_named_by_its_type()
    {
        await In(() => WithHandle(new CancellationTokenSource()));

        Assert.Equal("<System.Threading.CancellationTokenSource>", Assert.Single(Api.FlowRuns).Parameters.GetProperty("source").GetString());
    }

    [Flow(LogPrints = true)]
    internal static async Task<string> Greeting(string name) => await Greet(name);

    [Task]
    internal static async Task<string> Greet(string name)
    {
        await Task.Yield();
        Console.Write("printed in ");
        Console.WriteLine("greet");
        RunLogger.Current.Info("said by greet");
        return $"Hello {name}";
    }

    [Flow]
    private static async Task<int> WithFlaky(int failures)
    {
        Calls.Value = new Counter();
        return await Flaky(failures);
    }

    [Flow]
    private static async Task<int> WithPatientFlaky()
    {
        Calls.Value = new Counter();
        return await PatientFlaky();
    }

    [Task(Retries = 1, RetryDelaySeconds = 0.4)]
    private static async Task<int> PatientFlaky()
    {
        await Task.Yield();
        var call = ++Calls.Value!.Value;
        return call > 1 ? call : throw new InvalidOperationException($"try {call}");
    }

    [Task(Retries = 1)]
    private static async Task<int> Flaky(int failures)
    {
        await Task.Yield();
        var call = ++Calls.Value!.Value;
        return call > failures ? call : throw new InvalidOperationException($"try {call}");
    }

    private static Task<(int Stored, int Attempts)> Resumed()
    {
        Calls.Value = new Counter();
        return Resuming();
    }

    [Flow(Retries = 1)]
    private static async Task<(int Stored, int Attempts)> Resuming()
    {
        var attempt = ++Calls.Value!.Attempts;
        var stored = await Count();
        return attempt > 1 ? (stored, attempt) : throw new InvalidOperationException("the first attempt fails after its task");
    }

    [Task(PersistResult = true)]
    private static async Task<int> Count()
    {
        await Task.Yield();
        return ++Calls.Value!.Value;
    }

    [Flow(TimeoutSeconds = 0.05)]
    private static async Task TooLong(CancellationToken ct) => await WaitForEver(ct);

    [Task]
    private static async Task WaitForEver(CancellationToken ct) => await Task.Delay(Timeout.Infinite, ct);

    [Flow(TimeoutSeconds = 0.05)]
    private static async Task Deaf(SemaphoreSlim release) => await release.WaitAsync(CancellationToken.None);

    [Flow(TimeoutSeconds = 0.05)]
    private static async Task WithFailingCallback(CancellationToken ct)
    {
        ct.Register(() => throw new InvalidOperationException("author's"));
        await Task.Delay(Timeout.Infinite, ct);
    }

    [Flow]
    private static async Task BlocksWhenCancelled(TaskCompletionSource begun, ManualResetEventSlim release, CancellationToken ct)
    {
        await using var registration = ct.Register(() => release.Wait(CancellationToken.None));
        begun.SetResult();
        await Task.Delay(Timeout.Infinite, ct);
    }

    [Flow]
    private static async Task CancelledBy(CancellationTokenSource caller, CancellationToken ct)
    {
        await caller.CancelAsync();
        await Task.Delay(Timeout.Infinite, ct);
    }

    [Flow]
    private static int Sum(int a, int b, int c) => Add(Add(a, b), c);

    [Task]
    private static int Add(int a, int b) => a + b;

    [Flow(LogPrints = true)]
    private static async Task Parallel(int count) => await Task.WhenAll(Enumerable.Range(0, count).Select(i => PrintOne(i)));

    [Task]
    private static async Task PrintOne(int number)
    {
        await Task.Yield();
        Console.Write("printed ");
        await Task.Yield();
        Console.WriteLine($"by {number}");
    }

    [Flow]
    private static void WithHandleCore(CancellationTokenSource source) => source.Dispose();

    private static Task WithHandle(CancellationTokenSource source) => Task.Run(() => WithHandleCore(source));

    private sealed class Counter
    {
        public int Value { get; set; }

        public int Attempts { get; set; }
    }
}
