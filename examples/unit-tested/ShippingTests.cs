using Reeve.Testing;

namespace UnitTested;

public sealed class ShippingTests
{
    [Fact]
    public async Task Carrier_that_is_away_for_two_hours_is_asked_again()
    {
        await using var host = new FlowTestHost();
        var shipping = new Shipping(new UnreliableCarrier(failures: 2));

        var run = await host.RunAsync(() => shipping.Ship(7));

        run.ShouldBeCompleted();
        Assert.Equal("label-7", run.Result);
        run.Task("book").ShouldHaveRetried(2);
        Assert.True(host.Time.Elapsed >= TimeSpan.FromHours(2)); // of virtual time: the test takes milliseconds
    }

    [Fact]
    public async Task Carrier_that_stays_away_fails_the_run_and_nobody_is_told_of_a_parcel()
    {
        await using var host = new FlowTestHost();
        var shipping = new Shipping(new UnreliableCarrier(failures: int.MaxValue));

        var run = await host.RunAsync(() => shipping.Ship(7));

        run.ShouldBeFailed("closed");
        run.Task("book").ShouldHaveRetried(3);
        Assert.Empty(run.TasksOf("tell"));
    }

    private sealed class UnreliableCarrier(int failures) : ICarrier
    {
        private int _calls;

        public Task<string> BookAsync(int order) =>
            _calls++ < failures ? throw new HttpRequestException("The carrier is closed") : Task.FromResult($"label-{order}");
    }
}
