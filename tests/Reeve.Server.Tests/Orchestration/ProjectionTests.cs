using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;

namespace Reeve.Server.Tests.Orchestration;

public sealed class ProjectionTests
{
    private static readonly DateTimeOffset Start = Transitions.Now;

    [Fact]
    public void A_run_with_a_retry_sums_up_its_counts_and_times()
    {
        var scheduled = Transitions.State("SCHEDULED", Start);
        var running = Transitions.State("RUNNING", Start.AddSeconds(5));
        var retry = Transitions.State("SCHEDULED", Start.AddSeconds(15), "AwaitingRetry") with { StateDetails = new() { ScheduledTime = Start.AddSeconds(45) } };
        var again = Transitions.State("RUNNING", Start.AddSeconds(45), "Retrying");
        var completed = Transitions.State("COMPLETED", Start.AddSeconds(52));

        var sums = new Projection().Enter(null, scheduled);
        Assert.Equal((Start, Start), (sums.ExpectedStartTime, sums.NextScheduledStartTime));
        sums = sums.Enter(scheduled, running);
        Assert.Equal((1, null, Start.AddSeconds(5)), (sums.RunCount, sums.NextScheduledStartTime, sums.StartTime));
        sums = sums.Enter(running, retry);
        Assert.Equal((10, Start.AddSeconds(45), Start), (sums.TotalRunTime, sums.NextScheduledStartTime, sums.ExpectedStartTime));
        sums = sums.Enter(retry, again).Enter(again, completed);
        Assert.Equal((2, 17, Start.AddSeconds(5), Start.AddSeconds(52)), (sums.RunCount, sums.TotalRunTime, sums.StartTime, sums.EndTime));
    }

    [Fact]
    public void A_run_that_ends_before_it_began_began_when_it_ended()
    {
        var pending = Transitions.State("PENDING", Start);
        var crashed = Transitions.State("CRASHED", Start.AddSeconds(3));

        var sums = new Projection().Enter(null, pending).Enter(pending, crashed);

        Assert.Equal((0, Start.AddSeconds(3), Start.AddSeconds(3), 0), (sums.RunCount, sums.StartTime, sums.EndTime, sums.TotalRunTime));
    }

    [Fact]
    public void Leaving_an_end_clears_it_and_a_second_end_keeps_the_first()
    {
        var failed = Transitions.State("FAILED", Start);
        var ended = new Projection { EndTime = Start, StartTime = Start };

        Assert.Null(ended.Enter(failed, Transitions.State("RUNNING", Start.AddSeconds(1))).EndTime);
        Assert.Equal(Start, ended.Enter(failed, Transitions.State("CANCELLED", Start.AddSeconds(1))).EndTime);
    }

    [Fact]
    public void A_resumed_run_is_not_counted_again() =>
        Assert.Equal(1, new Projection { RunCount = 1 }.Enter(Transitions.State("PENDING", Start), Transitions.State("RUNNING", Start), resumes: true).RunCount);

    [Fact]
    public void Estimates_are_live()
    {
        Assert.Equal(12, Projection.EstimatedRunTime(2, StateType.Running, Start, Start.AddSeconds(10)));
        Assert.Equal(2, Projection.EstimatedRunTime(2, StateType.Completed, Start, Start.AddSeconds(10)));
        Assert.Equal(30, Projection.EstimatedStartTimeDelta(null, Start, null, Start.AddSeconds(30)));
        Assert.Equal(4, Projection.EstimatedStartTimeDelta(Start.AddSeconds(4), Start, null, Start.AddSeconds(30)));
        Assert.Equal(0, Projection.EstimatedStartTimeDelta(null, Start.AddSeconds(40), null, Start.AddSeconds(30)));
        Assert.Equal(0, Projection.EstimatedStartTimeDelta(null, Start, Start, Start.AddSeconds(30)));
    }
}
