using Reeve.Protocol.Runs;

namespace Reeve.Tests.Engine;

/// <summary>The machine's time of day is set while a flow runs: by an hour, to either side.</summary>
public sealed class ClockJumpTests : EngineStage
{
    private static readonly AsyncLocal<ClockJumpTests> Test = new();
    private readonly SettableClock _clock = new();

    protected override TimeProvider Clock => _clock;

    protected override string LeaseSeconds => "5";

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Timeouts_count_what_has_passed_and_not_what_the_clock_says(int hours)
    {
        Test.Value = this;

        Assert.Equal("in time False, then TimedOut", await In(() => Timed(hours)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Lease_is_renewed_whatever_the_clock_says(int hours)
    {
        Test.Value = this;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => Leased(hours)));

        Assert.Equal((StateType.Cancelled, "Cancelled on request"), (Assert.Single(Api.FlowRuns).Current.Type, Assert.Single(Api.FlowRuns).Current.Message));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task States_of_a_run_stay_in_the_order_in_which_it_entered_them(int hours)
    {
        Test.Value = this;

        await In(() => Stepping(hours));

        Assert.All(Api.TaskRuns, run => Assert.Equal(["Pending", "Running", "Completed"], run.Path));
        Assert.Equal("Completed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Flow]
    private static async Task<string> Timed(int hours)
    {
        var inTime = await InTime(hours);
        var late = await Tasks.Submit(() => Late(hours)).StateAsync();
        return $"in time {inTime}, then {late.State.Name}";
    }

    [Task(TimeoutSeconds = 600)]
    private static async Task<bool> InTime(int hours)
    {
        Test.Value!._clock.Jump += TimeSpan.FromHours(hours);
        await Task.Yield();
        return TaskRunContext.Required.CancellationToken.IsCancellationRequested;
    }

    [Task(TimeoutSeconds = 0.2)]
    private static async Task<int> Late(int hours)
    {
        Test.Value!._clock.Jump += TimeSpan.FromHours(hours);
        await Task.Delay(Timeout.Infinite, TaskRunContext.Required.CancellationToken);
        return 0;
    }

    [Flow]
    private static async Task Leased(int hours)
    {
        Test.Value!._clock.Jump += TimeSpan.FromHours(hours);
        Test.Value.Api.Cancelling[FlowRunContext.Required.Id] = true; // told by the next renewal
        await Task.Delay(Timeout.Infinite, FlowRunContext.Required.CancellationToken);
    }

    [Flow]
    private static async Task Stepping(int hours)
    {
        for (var i = 0; i < 3; i++)
            await Jumping(hours * (i % 2 == 0 ? 1 : -2));
    }

    [Task]
    private static async Task Jumping(int hours)
    {
        Test.Value!._clock.Jump += TimeSpan.FromHours(hours);
        await Task.Yield();
    }
}
