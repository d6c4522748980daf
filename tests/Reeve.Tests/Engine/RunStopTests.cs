using Reeve.Engine;

namespace Reeve.Tests.Engine;

public sealed class RunStopTests
{
    [Fact]
    public void First_cause_holds()
    {
        using var stop = new RunStop(null, CancellationToken.None);

        stop.Request(StopCause.Cancelled, "first");
        stop.Request(StopCause.LeaseLost, "second");

        Assert.Equal((StopCause.Cancelled, "first"), (stop.Cause, stop.Reason));
        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Fact]
    public void What_stops_the_parent_stops_the_child_for_the_same_cause()
    {
        using var parent = new RunStop(null, CancellationToken.None);
        using var child = new RunStop(parent, parent.Token);

        parent.Request(StopCause.Interrupted, "signal");

        Assert.Equal((StopCause.Interrupted, "signal"), (child.Cause, child.Reason));
    }

    [Fact]
    public void Callers_token_stops_the_child_alone()
    {
        using var caller = new CancellationTokenSource();
        using var parent = new RunStop(null, CancellationToken.None);
        using var child = new RunStop(parent, caller.Token);

        caller.Cancel();

        Assert.Equal((StopCause.Caller, StopCause.None), (child.Cause, parent.Cause));
    }

    [Fact]
    public void Failing_callback_of_the_author_does_not_reach_the_one_who_stops()
    {
        using var stop = new RunStop(null, CancellationToken.None);
        using var registration = stop.Token.Register(() => throw new InvalidOperationException("author's"));

        stop.Request(StopCause.Cancelled, "x");

        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Fact]
    public void Request_after_the_end_is_harmless()
    {
        var stop = new RunStop(null, CancellationToken.None);
        stop.Dispose();

        stop.Request(StopCause.Cancelled, "late");

        Assert.Equal(StopCause.Cancelled, stop.Cause);
    }
}
