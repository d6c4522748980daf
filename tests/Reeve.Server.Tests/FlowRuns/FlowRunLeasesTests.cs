using System.Text.Json;
using Reeve.Server.FlowRuns;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class FlowRunLeasesTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_superseded_lease_is_refused_and_says_who_has_the_run(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var run = (await host.FlowRunAsync()).Text("id");
        var first = (await AcquireAsync(host, run, "first")).Body;

        var held = await AcquireAsync(host, run, "second");
        Assert.Equal(409, held.Status);
        Assert.Contains("first", held.Body.Text("detail"), StringComparison.Ordinal);
        clock.Offset = TimeSpan.FromSeconds(61);
        var second = (await AcquireAsync(host, run, "second")).Body;

        Assert.Equal(("1", "2"), (first.Text("attempt"), second.Text("attempt")));
        var refused = await host.SetStateAsync(run, "RUNNING", lease: first.Text("token"));
        Assert.Equal(409, refused.Status);
        Assert.Contains("attempt 2 (second)", refused.Body.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(409, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}", """{"name":"x"}""", ("X-Reeve-Lease", first.Text("token")))).Status);
        Assert.Equal(409, (await host.PostAsync("task_runs/", new { flow_run_id = run, task_key = "t", dynamic_key = "0" }, ("X-Reeve-Lease", first.Text("token")))).Status);
        Assert.Equal(201, (await host.SetStateAsync(run, "RUNNING", lease: second.Text("token"))).Status);
        Assert.Equal(201, (await host.SetStateAsync(run, "COMPLETED")).Status);
        Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(run));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Who_holds_the_parent_takes_over_what_its_last_process_held_of_a_subflow(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var parent = (await host.FlowRunAsync()).Text("id");
        var holder = (await AcquireAsync(host, parent, "second process")).Body.Text("token");
        var stand = (await host.PostAsync("task_runs/", new { flow_run_id = parent, task_key = "sub", dynamic_key = "0" })).Body.Text("id");
        var child = (await host.FlowRunAsync($$"""{"parent_task_run_id":"{{stand}}"}""")).Text("id");
        await AcquireAsync(host, child, "first process");

        Assert.Equal(409, (await AcquireAsync(host, child, "anybody")).Status);
        Assert.Equal(409, (await AcquireAsync(host, child, "a stranger", Guid.NewGuid().ToString())).Status);
        Assert.Equal(201, (await AcquireAsync(host, child, "second process", holder)).Status);
        Assert.Equal(409, (await AcquireAsync(host, parent, "its own", holder)).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_renewal_tells_of_cancels_and_of_what_is_lost(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var runs = new List<string>();
        var tokens = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            runs.Add((await host.FlowRunAsync()).Text("id"));
            tokens.Add((await AcquireAsync(host, runs[i], "p")).Body.Text("token"));
            await host.SetStateAsync(runs[i], "RUNNING", lease: tokens[i]);
        }
        await host.SetStateAsync(runs[1], "CANCELLING");
        await host.SetStateAsync(runs[2], "COMPLETED");
        await host.SendAsync(HttpMethod.Delete, $"flow_runs/{runs[3]}");

        var (status, body) = await host.PostAsync(
            "flow_runs/leases/renew",
            new { leases = runs.Select((run, i) => new { flow_run_id = run, token = tokens[i] }), by = "engine", lease_seconds = 30 });

        Assert.Equal(200, status);
        Assert.Equal([runs[0], runs[1]], body.GetProperty("renewed").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal([runs[1]], body.GetProperty("cancelling").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(["run left by its process, now Completed", "run deleted"], body.GetProperty("lost").EnumerateArray().Select(lost => lost.Text("reason")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lapsed_lease_ends_its_run_with_the_evidence(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var (crashed, cancelled, renewed) = (await RunningAsync(host), await RunningAsync(host), await RunningAsync(host));
        await host.SetStateAsync(cancelled.Run, "CANCELLING");

        clock.Offset = TimeSpan.FromSeconds(61);
        await host.PostAsync("flow_runs/leases/renew", new { leases = new[] { new { flow_run_id = renewed.Run, token = renewed.Token } }, by = "worker" });
        await host.Service<LeaseReaper>().RunOnceAsync(TestHost.Cancellation);

        var state = (await host.GetAsync($"flow_runs/{crashed.Run}")).Body.GetProperty("state");
        Assert.Equal("CRASHED", state.Text("type"));
        Assert.Contains("attempt 1 (process on host) lapsed", state.Text("message"), StringComparison.Ordinal);
        Assert.Contains("for 60 s", state.Text("message"), StringComparison.Ordinal);
        Assert.Equal("CANCELLED", (await host.GetAsync($"flow_runs/{cancelled.Run}")).Body.Text("state_type"));
        Assert.Equal("RUNNING", (await host.GetAsync($"flow_runs/{renewed.Run}")).Body.Text("state_type"));
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_crashes_nothing_that_is_alive()
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(change: options => options with { Clock = clock });
        var (alive, dead) = (await RunningAsync(host), await RunningAsync(host));

        clock.Jump = TimeSpan.FromHours(1);
        await host.Service<LeaseReaper>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("RUNNING", (await host.GetAsync($"flow_runs/{alive.Run}")).Body.Text("state_type"));

        clock.Offset = TimeSpan.FromSeconds(50);
        await host.PostAsync("flow_runs/leases/renew", new { leases = new[] { new { flow_run_id = alive.Run, token = alive.Token } }, by = "worker" });
        clock.Offset += TimeSpan.FromSeconds(50);
        await host.Service<LeaseReaper>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("RUNNING", (await host.GetAsync($"flow_runs/{alive.Run}")).Body.Text("state_type"));
        Assert.Equal("CRASHED", (await host.GetAsync($"flow_runs/{dead.Run}")).Body.Text("state_type"));
    }

    [Fact]
    public async Task After_a_start_no_lease_is_judged_before_its_length_has_passed()
    {
        var clock = new MovedClock();
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var key = Path.Combine(Path.GetTempPath(), $"reeve-test-{Guid.NewGuid():n}.key");
        string run;
        await using (var before = await TestHost.StartAsync(change: options => options with { Clock = clock, Database = temporary.Connection, EncryptionKeyFile = key }))
            run = (await RunningAsync(before)).Run;
        clock.Offset = TimeSpan.FromMinutes(10);
        await using var after = await TestHost.StartAsync(change: options => options with { Clock = clock, Database = temporary.Connection, EncryptionKeyFile = key });

        await after.Service<LeaseReaper>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("RUNNING", (await after.GetAsync($"flow_runs/{run}")).Body.Text("state_type"));
        clock.Offset += TimeSpan.FromSeconds(61);
        await after.Service<LeaseReaper>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("CRASHED", (await after.GetAsync($"flow_runs/{run}")).Body.Text("state_type"));
    }

    [Theory]
    [InlineData("""{"owner":"x","lease_seconds":4}""")]
    [InlineData("""{"owner":"x","lease_seconds":3601}""")]
    [InlineData("""{}""")]
    public async Task A_lease_has_bounds_and_an_owner(string body)
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync()).Text("id");
        Assert.Equal(422, (await host.PostAsync($"flow_runs/{run}/lease", body)).Status);
    }

    private static async Task<(string Run, string Token)> RunningAsync(TestHost host)
    {
        var run = (await host.FlowRunAsync()).Text("id");
        var token = (await AcquireAsync(host, run, "process on host")).Body.Text("token");
        Assert.Equal(201, (await host.SetStateAsync(run, "RUNNING", lease: token)).Status);
        return (run, token);
    }

    private static Task<(int Status, JsonElement Body)> AcquireAsync(TestHost host, string run, string owner, string? caller = null) =>
        host.PostAsync($"flow_runs/{run}/lease", new { owner, lease_seconds = 60 }, caller is null ? [] : [("X-Reeve-Lease", caller)]);
}
