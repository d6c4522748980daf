using System.Net;
using Reeve.Engine;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

/// <summary>Runs whose API goes away in the middle, for longer than they wait for it.</summary>
public sealed class ServerAwayTests : EngineStage
{
    private static readonly AsyncLocal<Func<int, Task>> Between = new();
    private static readonly AsyncLocal<SettableClock> Wall = new();
    private readonly SettableClock _clock = new();

    protected override string AwaySeconds => "0.05";

    protected override TimeProvider Clock => _clock;

    [Fact]
    public async Task Run_goes_on_and_its_states_are_told_in_order_with_their_moments_when_the_api_is_back()
    {
        var back = DateTimeOffset.MaxValue;
        var sum = await In(() => RunAsync(() => Sum(4), step =>
        {
            Api.Fault = step is 1 or 2 ? Away : Here;
            if (step == 3)
                back = TimeProvider.System.GetUtcNow();
        }));

        Assert.Equal(10, sum);
        Assert.Equal(["Pending", "Running", "Completed"], Assert.Single(Api.FlowRuns).Path);
        Assert.Equal(4, Api.TaskRuns.Count());
        Assert.All(Api.TaskRuns, run => Assert.Equal(["Pending", "Running", "Completed"], run.Path));
        var told = Api.TaskRun("step-2").States;
        Assert.All(told, state => Assert.True(state.Timestamp < back));
        Assert.Equal(told.OrderBy(state => state.Timestamp), told);
        Assert.Equal("2", Api.TaskRun("step-1").Current.Data!.Value.GetProperty("value").ToString());
        Assert.False(Session.States.IsAway);
    }

    [Fact]
    public async Task What_a_process_could_not_tell_before_its_end_is_told_by_the_next_and_not_twice()
    {
        await using (var first = NewSession(flushLimit: TimeSpan.FromMilliseconds(50)))
        {
            EngineSession.Current = first;
            Assert.Equal(10, await RunAsync(() => Sum(4), step => Api.Fault = step >= 2 ? Away : Here));
        }

        Assert.Equal("Running", Assert.Single(Api.FlowRuns).Current.Name);
        Assert.Equal(2, Api.TaskRuns.Count());
        Api.Fault = Here;
        var kept = Assert.Single(Directory.GetFiles(Session.States.Folder));
        var bytes = await File.ReadAllBytesAsync(kept, Token);

        Assert.True(await Session.States.SendLeftAsync(Token));

        Assert.Empty(Directory.GetFiles(Session.States.Folder));
        await File.WriteAllBytesAsync(kept, [.. bytes, 200, 0, 0, 0, (byte)'{'], Token); // sent and not deleted; and cut off in the middle of one more
        Assert.True(await Session.States.SendLeftAsync(Token));
        Assert.Empty(Directory.GetFiles(Session.States.Folder));
        Assert.Equal(["Pending", "Running", "Completed"], Assert.Single(Api.FlowRuns).Path);
        Assert.Equal(4, Api.TaskRuns.Count());
        Assert.All(Api.TaskRuns, run => Assert.Equal(["Pending", "Running", "Completed"], run.Path));
    }

    [Fact]
    public async Task Next_flow_of_the_home_tells_it_by_itself()
    {
        await using (var first = NewSession(flushLimit: TimeSpan.FromMilliseconds(50)))
        {
            EngineSession.Current = first;
            await RunAsync(() => Sum(2), step => Api.Fault = step >= 1 ? Away : Here);
        }

        Api.Fault = Here;
        await In(() => RunAsync(() => Sum(0), _ => { }));

        Assert.All(Api.FlowRuns, run => Assert.Equal("Completed", run.Current.Name));
        Assert.Equal(2, Api.FlowRuns.Count());
    }

    [Fact]
    public async Task Living_process_keeps_its_states_to_itself()
    {
        await using var first = NewSession(flushLimit: TimeSpan.FromMilliseconds(50));
        EngineSession.Current = first;
        await RunAsync(() => Sum(2), step => Api.Fault = step >= 1 ? Away : Here);

        await Session.States.SendLeftAsync(Token);

        Assert.Single(Directory.GetFiles(Session.States.Folder));
    }

    [Fact]
    public async Task Task_under_a_limit_waits_for_the_api()
    {
        EngineSession.Current = Session;
        var limited = await RunAsync(() => LimitedAfterFree(), step => Api.Fault = step == 1 ? Away : Here);

        Assert.Equal("before False, after 8", limited);
        Assert.Equal(["Pending", "Running", "Completed"], Api.TaskRun("limited-0").Path);
        Assert.True(Api.TaskRun("limited-0").Current.Timestamp > Api.TaskRun("step-0").Current.Timestamp);
    }

    [Fact]
    public async Task States_of_a_run_that_somebody_else_has_by_now_are_refused_and_forgotten()
    {
        await using (var first = NewSession(flushLimit: TimeSpan.FromMilliseconds(50)))
        {
            EngineSession.Current = first;
            await RunAsync(() => Sum(3), step => Api.Fault = step >= 2 ? Away : Here);
        }

        Api.Fault = Here;
        Api.ProposalFault = _ => new TaskRunProposalFault(409, "This lease was superseded");
        Api.Verdict = (_, _) => RecordingApi.Answer(OrchestrationStatus.Abort, null, "The run is Crashed already.");
        Assert.True(await Session.States.SendLeftAsync(Token));

        Assert.Empty(Directory.GetFiles(Session.States.Folder));
        Assert.Equal("Running", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Run_waits_when_the_disk_does_not_take_its_states()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Session.States.Folder)!);
        await File.WriteAllTextAsync(Session.States.Folder, "in the way", Token);
        var refused = 0;
        EngineSession.Current = Session;
        var sum = await RunAsync(() => Sum(3), step =>
        {
            if (step == 1)
                Api.Fault = (_, path) => refused < 12 && ++refused > 0 ? HttpStatusCode.ServiceUnavailable : null;
        });

        Assert.Equal(6, sum);
        Assert.Equal(12, refused);
        Assert.All(Api.TaskRuns, run => Assert.Equal(["Pending", "Running", "Completed"], run.Path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Clock_that_jumps_neither_fails_nor_holds_up_a_run(int hours)
    {
        EngineSession.Current = Session;
        Wall.Value = _clock;
        var sum = await RunAsync(() => Sum(4), step =>
        {
            if (step == 1)
                _clock.Jump += TimeSpan.FromHours(hours);
            Api.Fault = step == 2 ? Away : Here;
        });

        Assert.Equal(10, sum);
        Assert.Equal(7, await In(() => Retried(hours)));
        Assert.All(Api.FlowRuns, run => Assert.Equal("Completed", run.Current.Name));
        Assert.Contains("AwaitingRetry", Api.TaskRun("flaky-0").Path);
    }

    private static HttpStatusCode? Away(string method, string path) => HttpStatusCode.ServiceUnavailable;

    private static HttpStatusCode? Here(string method, string path) => null;

    private static async Task<T> RunAsync<T>(Func<Task<T>> flow, Action<int> between)
    {
        Between.Value = step =>
        {
            between(step);
            return Task.CompletedTask;
        };
        return await flow();
    }

    [Flow]
    private static async Task<int> Sum(int steps)
    {
        var sum = 0;
        for (var i = 0; i < steps; i++)
        {
            await Between.Value!(i);
            sum += await Step(i + 1);
        }

        return sum;
    }

    [Task]
    private static async Task<int> Step(int value)
    {
        await Task.Yield();
        return value;
    }

    [Flow]
    private static async Task<string> LimitedAfterFree()
    {
        await Between.Value!(1);
        await Step(1); // from here on the API is away
        var limited = Limited(8);
        await Step(2);
        var before = limited.IsCompleted;
        await Between.Value!(2);
        return $"before {before}, after {await limited}";
    }

    [Task(Tags = ["db"])]
    private static async Task<int> Limited(int value)
    {
        await Task.Yield();
        return value;
    }

    [Flow]
    private static Task<int> Retried(int hours) => Flaky(hours);

    [Task(Retries = 1, RetryDelaySeconds = 0.05)]
    private static async Task<int> Flaky(int hours)
    {
        await Task.Yield();
        if (TaskRunContext.Current!.Attempt > 1)
            return 7;
        Wall.Value!.Jump += TimeSpan.FromHours(hours);
        throw new InvalidOperationException("once");
    }
}
