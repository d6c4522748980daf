using Reeve.Server.FlowRuns;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class PauseExpiryTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_is_not_resumed_in_time_fails(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var late = await PausedAsync(host, clock, 60);
        var patient = await PausedAsync(host, clock, 600);
        var endless = await PausedAsync(host, clock, null);
        var resumed = await PausedAsync(host, clock, 60);
        await host.PostAsync($"flow_runs/{resumed}/resume", "{}");
        var pausedAgain = await PausedAsync(host, clock, 60);
        await host.PostAsync($"flow_runs/{pausedAgain}/resume", "{}");
        await host.SetStateAsync(pausedAgain, "PAUSED", $$"""{"state_details":{"pause_timeout":"{{clock.GetUtcNow().AddSeconds(600):O}}"} }""");

        await host.Service<PauseExpiry>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("PAUSED", await TypeAsync(host, late));
        clock.Offset = TimeSpan.FromSeconds(90);
        await host.Service<PauseExpiry>().RunOnceAsync(TestHost.Cancellation);

        Assert.Equal(["FAILED", "PAUSED", "PAUSED", "RUNNING", "PAUSED"], [await TypeAsync(host, late), await TypeAsync(host, patient), await TypeAsync(host, endless), await TypeAsync(host, resumed), await TypeAsync(host, pausedAgain)]);
        Assert.Equal("The flow was paused and never resumed.", (await host.GetAsync($"flow_runs/{late}")).Body.GetProperty("state").Text("message"));
        clock.Offset = TimeSpan.FromSeconds(700);
        await host.Service<PauseExpiry>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal(["FAILED", "PAUSED", "FAILED"], [await TypeAsync(host, patient), await TypeAsync(host, endless), await TypeAsync(host, pausedAgain)]);
        Assert.Equal(0, await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from flow_run_pause"), TestHost.Cancellation));
    }

    [Fact]
    public async Task Who_resumes_too_late_is_told_before_the_loop_comes_by()
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(change: options => options with { Clock = clock });
        var run = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        await host.SetStateAsync(run, "PAUSED", $$"""{"state_details":{"pause_timeout":"{{clock.GetUtcNow().AddMilliseconds(-1):O}}"} }""");

        var (status, body) = await host.PostAsync($"flow_runs/{run}/resume", "{}");

        // either the loop was there first, or the rules say it
        Assert.Contains((status, body.Text("status")), ((int, string)[])[(201, "REJECT"), (200, "ABORT")]);
        Assert.Equal("FAILED", await TypeAsync(host, run));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_cannot_be_read_keeps_no_other_waiting(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock, Logging = _ => { } });
        var (broken, sound) = (await PausedAsync(host, clock, 60), await PausedAsync(host, clock, 70));
        await host.Database.WriteAsync(
            session => session.ExecuteAsync("update flow_run_state set state_details = '[]' where flow_run_id = @run and type = 'PAUSED'", ("run", Guid.Parse(broken))), TestHost.Cancellation);

        clock.Offset = TimeSpan.FromSeconds(90);
        await host.Service<PauseExpiry>().RunOnceAsync(TestHost.Cancellation);

        Assert.Equal("FAILED", await TypeAsync(host, sound));
    }

    private static async Task<string> PausedAsync(TestHost host, TimeProvider clock, int? seconds)
    {
        var run = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        var details = seconds is { } timeout ? $$"""{"state_details":{"pause_timeout":"{{clock.GetUtcNow().AddSeconds(timeout):O}}"} }""" : "{}";
        Assert.Equal("ACCEPT", (await host.SetStateAsync(run, "PAUSED", details)).Verdict);
        return run;
    }

    private static async Task<string> TypeAsync(TestHost host, string run) => (await host.GetAsync($"flow_runs/{run}")).Body.Text("state_type");
}
