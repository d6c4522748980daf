using System.Net;
using Reeve.Protocol.Runs;
using Reeve.Testing;

namespace Reeve.Tests.Testing;

public sealed class FlowTestHostTests : IAsyncDisposable
{
    private readonly FlowTestHost _host = new();

    public FlowTestHostTests()
    {
        TestFlows.Time.Value = _host.Time;
        TestFlows.Calls.Value = new TestFlows.Counter();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Run_gives_result_states_tasks_and_logs()
    {
        var run = await _host.RunAsync(() => TestFlows.Plain(4));

        Assert.Equal(5, run.Result);
        run.ShouldBeCompleted().ShouldHaveStates("Pending", "Running", "Completed").ShouldHaveLogged("Beginning flow run");
        run.Task("add").ShouldBeCompleted().ShouldHaveRetried(0).ShouldHaveLogged("Finished in state Completed()");
        Assert.Equal("plain", run.FlowName);
        Assert.Equal(4, run.Parameters.GetProperty("x").GetInt32());
        Assert.DoesNotContain(run.Messages, message => message.Contains("Finished in state Completed()", StringComparison.Ordinal) && run.Messages.Count(m => m == message) > 1);
    }

    [Fact]
    public async Task Retries_an_hour_apart_take_no_time()
    {
        var run = await _host.RunAsync(() => TestFlows.Patient(failures: 2));

        run.ShouldBeCompleted();
        run.Task("flaky").ShouldHaveRetried(2).ShouldHaveStates("Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed");
        Assert.Equal(TimeSpan.FromHours(2), Rounded(_host.Time.Elapsed));
    }

    [Fact]
    public async Task Failed_flow_is_tried_again_after_its_delay_and_its_failure_is_told()
    {
        var run = await _host.RunAsync(() => TestFlows.Patient(failures: 100));

        run.ShouldBeFailed("not yet").ShouldHaveRetried(1);
        Assert.IsType<InvalidOperationException>(run.Exception);
        Assert.Equal(TimeSpan.FromHours(6), Rounded(_host.Time.Elapsed)); // 2 x 1 hour, 2 hours, 2 x 1 hour
        Assert.Throws<FlowAssertionException>(() => run.Result);
    }

    [Fact]
    public async Task Synchronous_flows_take_part_in_virtual_time()
    {
        var run = await _host.RunAsync(() => TestFlows.Synchronous(failures: 2));

        Assert.Equal(42, run.Result);
        Assert.Equal(TimeSpan.FromHours(2), Rounded(_host.Time.Elapsed));
    }

    [Fact]
    public async Task Timeout_fires_when_nothing_else_can_happen()
    {
        var run = await _host.RunAsync(() => TestFlows.Hang(CancellationToken.None));

        run.ShouldBeTimedOut();
        Assert.IsType<TimeoutException>(run.Exception);
        Assert.Equal(TimeSpan.FromHours(1), Rounded(_host.Time.Elapsed));
    }

    [Fact]
    public async Task Parallel_sleeps_overlap()
    {
        var run = await _host.RunAsync(() => TestFlows.Fan(50, CancellationToken.None));

        Assert.Equal(Enumerable.Range(0, 50), run.Result);
        Assert.Equal(50, run.TasksOf("nap").Count);
        Assert.Equal(TimeSpan.FromMinutes(49), Rounded(_host.Time.Elapsed));
    }

    [Fact]
    public async Task Task_inside_a_task_takes_no_real_time()
    {
        var run = await _host.RunAsync(() => TestFlows.NestedTasks(CancellationToken.None));

        run.ShouldBeCompleted();
        run.Task("outer").ShouldBeCompleted();
        run.Task("nap").ShouldBeCompleted();
    }

    [Fact]
    public async Task Subflows_are_told_apart_from_tasks()
    {
        var run = await _host.RunAsync(() => TestFlows.Parent(1));

        Assert.Equal(5, run.Result);
        Assert.Empty(run.Tasks);
        Assert.Equal([2, 3], run.Subflows.Select(subflow => subflow.Task("add").ShouldBeCompleted().Run.Number > 0 ? subflow.Parameters.GetProperty("x").GetInt32() + 1 : 0));
        Assert.Throws<FlowAssertionException>(() => run.Subflow("plain"));
    }

    [Fact]
    public async Task Failing_and_lost_answers_are_repeated()
    {
        _host.Api.FailNext("POST flow_runs/*/set_state", HttpStatusCode.ServiceUnavailable, times: 2);
        _host.Api.LoseNextAnswer("POST task_runs");

        var run = await _host.RunAsync(() => TestFlows.Plain(1));

        run.ShouldHaveStates("Pending", "Running", "Completed");
        Assert.Single(run.Tasks);
        Assert.Equal(4, _host.Api.Requests.Count(request => request.Path == $"flow_runs/{run.Id}/set_state"));
    }

    [Fact]
    public async Task Api_that_is_away_for_minutes_is_waited_for()
    {
        _host.When("plain", "Running", _ => _host.Api.GoAway(TimeSpan.FromMinutes(10)));

        var run = await _host.RunAsync(() => TestFlows.Plain(1));

        run.ShouldBeCompleted();
        Assert.InRange(_host.Time.Elapsed, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task Cancelled_at_a_point_stops_there()
    {
        _host.When("sleeper", "Running", run => _host.Api.Cancel(run.Id));

        var run = await _host.RunAsync(() => TestFlows.Sleep(24, CancellationToken.None));

        run.ShouldBeCancelled().ShouldHaveStates("Pending", "Running", "Cancelling", "Cancelled");
        Assert.InRange(_host.Time.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Run_taken_over_stops()
    {
        _host.When("sleeper", "Running", run => _host.Api.TakeOver(run.Id));

        var run = await _host.RunAsync(() => TestFlows.Sleep(24, CancellationToken.None));

        run.ShouldBe(StateType.Running); // the other process goes on
        Assert.Contains("lease", run.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limited_tag_lets_one_after_another()
    {
        _host.Api.LimitTag("db", 1);

        var run = await _host.RunAsync(() => TestFlows.Limited(CancellationToken.None));

        run.ShouldBeCompleted();
        var times = run.TasksOf("tagged").Select(task => (Start: task.States.Single(s => s.Type == StateType.Running).Timestamp, End: task.State.Timestamp)).OrderBy(t => t.Start).ToList();
        Assert.True(times[1].Start >= times[0].End, $"{times[0]} {times[1]}");
    }

    [Fact]
    public async Task Work_that_the_time_cannot_see_can_hold_it()
    {
        var hold = _host.Time.Hold();
        var answer = new TaskCompletionSource<string>();
        TestFlows.Answer.Value = answer.Task;
        var running = _host.RunAsync(() => TestFlows.Outside());
        while (_host.FlowRuns is not [{ State.Type: StateType.Running }])
            await Task.Yield();
        answer.SetResult("late");
        hold.Dispose();

        Assert.Equal("late", (await running).Result);
    }

    [Fact]
    public async Task Printed_lines_are_logs() => (await _host.RunAsync(() => TestFlows.Prints())).ShouldHaveLogged("hello");

    [Fact]
    public async Task Code_that_never_ends_is_given_up_with_what_it_waits_for()
    {
        await using var host = new FlowTestHost(new FlowTestOptions { RealTimeLimit = TimeSpan.FromMilliseconds(50), RealWait = TimeSpan.FromHours(1) });
        TestFlows.Time.Value = host.Time;
        using var stop = new CancellationTokenSource();
        TestFlows.Answer.Value = new TaskCompletionSource<string>().Task.WaitAsync(stop.Token);

        var failure = await Assert.ThrowsAsync<FlowAssertionException>(() => host.RunAsync(() => TestFlows.Outside()));

        Assert.Contains("The code did not end within 0.1 seconds", failure.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Code_without_a_flow_is_a_failure_that_says_so() =>
        Assert.Contains("called no flow", (await Assert.ThrowsAsync<FlowAssertionException>(() => _host.RunAsync(() => 1))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Assertion_beside_a_good_run_is_thrown() => await Assert.ThrowsAsync<DivideByZeroException>(() => _host.RunAsync(async () =>
    {
        await TestFlows.Plain(1);
        throw new DivideByZeroException();
    }));

    [Fact]
    public async Task Hosts_do_not_see_each_other()
    {
        await using var other = new FlowTestHost();

        var runs = await Task.WhenAll(_host.RunAsync(() => TestFlows.Plain(1)), other.RunAsync(() => TestFlows.Plain(2)));

        Assert.Equal([2, 3], runs.Select(run => run.Result));
        Assert.Equal([1, 1], new[] { _host, other }.Select(host => host.FlowRuns.Count));
    }

    // The engine's pauses between repeated requests have jitter, and states lie a microsecond apart.
    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromMinutes(Math.Round(time.TotalMinutes));
}
