using Reeve.Client;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Runs;
using Reeve.Testing;

namespace Reeve.Server.Tests.Testing;

/// <summary>The API in memory of <see cref="FlowTestHost"/> follows this server's law: the same proposals get the same verdicts and leave the same histories.</summary>
public sealed class SameLawTests
{
    // Each line is a step. R and T stand for the flow run and its task run; a name after the type is the state's.
    public static TheoryData<string, string> Scenarios => new()
    {
        { "a run that ends well", "R Running; T Running; T Completed; R Completed" },
        { "a repeated proposal", "R Running #1; R Running #1; T Running; T Completed #2; T Completed #2; R Completed #3; R Completed #3" },
        { "retries of a task, then its end", "R Running; T Running; T Failed; advance 60; T Running; T Failed; advance 60; T Running; T Failed; R Completed" },
        { "a repeated failure that is retried", "R Running; T Running; T Failed #7; T Failed #7; advance 60; T Running; T Completed" },
        { "a task that starts before its retry", "R Running; T Running; T Failed; T Running; advance 60; T Running; T Completed" },
        { "a failure that is not to be retried", "R Running; T Running; T Failed final; R Failed" },
        { "retries of the flow", "R Running; R Failed; R Running; advance 60; R Running; R Failed" },
        { "a task of a flow that does not run", "T Running; R Running; T Running; R Completed; T Completed" },
        { "a task run again in the flow's next attempt", "R Running; T Running; T Failed; advance 60; T Running; T Failed; advance 60; T Running; T Failed; R Failed; advance 60; R Running; T Running; T Completed; R Completed" },
        { "a completed task run again without a result", "R Running; T Running; T Completed; T Running; T Completed" },
        { "a completed task run again whose result is kept", "R Running; T Running; T Completed kept; T Running" },
        { "ends of ends", "R Running; R Completed; R Cancelling; R Paused; R Crashed; R Failed; R Running; R Scheduled" },
        { "a kept flow result", "R Running; R Completed kept; R Running; R Completed kept" },
        { "pending twice", "R Pending; R Running; R Pending" },
        { "a cancel", "R Running; T Running; R Cancelling; R Completed; T Cancelled; R Cancelled" },
        { "a cancel before the start", "R Cancelling; R Cancelled; R Running" },
        { "a pause and its end", "R Running; R Paused #a; T Running; R Running; R Paused #a; T Running; T Completed; R Completed" },
        { "a pause that is resumed", "R Running; R Paused; resume; resume; R Completed" },
        { "a pause that times out", "R Running; R Paused timeout; advance 3600; R Running" },
        { "a pause that is cancelled", "R Running; R Paused; R Cancelling; R Running; R Cancelled" },
        { "a pause that is cancelled when its time is over", "R Running; R Paused timeout; advance 3600; R Cancelling; R Cancelled" },
        { "a suspension without a deployment", "R Running; R Paused suspend" },
        { "a pause of what does not run", "R Paused" },
        { "a cached result", "R Running; T Running key; T Completed key; U Running key; V Running key refresh; V Completed key" },
        { "a full tag", "limit db 1; R Running; T Running; U Running; T Completed; U Running; U Completed" },
        { "a closed tag", "limit db 0; R Running; T Running" },
        { "by force", "R Completed; R Running force; T Completed force; T Running" },
    };

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Same_scenario_has_the_same_history(string name, string steps)
    {
        var clock = new MovedClock();
        await using var server = await TestHost.StartAsync(change: options => options with { Clock = clock });
        using var connection = new ApiConnection(server.Handler(), new Uri("http://localhost/api"), RetryPolicy.None);
        await using var host = new FlowTestHost();

        var real = await Scenario.PlayAsync(new OrchestrationClient(connection), by => clock.Offset += by, clock, steps);
        var inMemory = await Scenario.PlayAsync(host.Api.Client, host.Time.Advance, host.Time, steps);

        Assert.NotEmpty(real);
        Assert.True(real.SequenceEqual(inMemory), $"{name}\nthe server:\n  {string.Join("\n  ", real)}\nin memory:\n  {string.Join("\n  ", inMemory)}");
    }
}
