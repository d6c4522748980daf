using System.Text.Json;
using Reeve.Server.Tests.Storage;
using Reeve.Server.Tests.WorkPools;

namespace Reeve.Server.Tests.ConcurrencyLimits;

public sealed class DeploymentLimitTests
{
    private const string One = """{"concurrency_limit": 1}""";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_over_the_limit_waits_and_is_due_as_soon_as_a_slot_is_free(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, One);
        var (first, second) = (await pool.RunAsync(), await pool.RunAsync());
        Assert.Equal("ACCEPT", (await host.SetStateAsync(first, "PENDING")).Verdict);

        var refused = await host.SetStateAsync(second, "PENDING");

        Assert.Equal(("REJECT", 201), (refused.Verdict, refused.Status));
        Assert.Equal("AwaitingConcurrencySlot", refused.Body.GetProperty("state").Text("name"));
        Assert.Empty(await pool.ClaimAsync());
        await host.SetStateAsync(first, "RUNNING");
        await host.SetStateAsync(first, "COMPLETED");
        Assert.Equal(second, PoolOfRuns.RunOf(Assert.Single(await pool.ClaimAsync())));
        Assert.Equal(1, await UsedAsync(host, pool));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_claim_hands_out_no_more_runs_than_the_deployment_may_have(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"concurrency_limit": 2}""");
        for (var i = 0; i < 5; i++)
            await pool.RunAsync();

        Assert.Equal(2, (await pool.ClaimAsync()).Count);
        Assert.Equal(2, await UsedAsync(host, pool));
    }

    [Fact]
    public async Task A_deployment_that_cancels_new_runs_cancels_the_run_over_its_limit()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host, """{"concurrency_limit": 1, "concurrency_options": {"collision_strategy": "CANCEL_NEW"}}""");
        var (first, second) = (await pool.RunAsync(), await pool.RunAsync());
        await host.SetStateAsync(first, "PENDING");

        await host.SetStateAsync(second, "PENDING");

        Assert.Equal("Cancelled", (await host.HistoryAsync(second))[^1]);
        Assert.Equal(1, await UsedAsync(host, pool));
    }

    public static TheoryData<DatabaseKind, string> Exits => new(
        from kind in (DatabaseKind[])[DatabaseKind.Sqlite, DatabaseKind.PostgreSql]
        from way in (string[])["COMPLETED", "FAILED", "CRASHED", "CANCELLED", "SCHEDULED", "force COMPLETED", "force SCHEDULED", "suspend", "delete"]
        select new TheoryDataRow<DatabaseKind, string>(kind, way));

    [Theory, MemberData(nameof(Exits))]
    public async Task However_a_run_ends_its_slot_is_free(DatabaseKind kind, string way)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, One);
        var run = await pool.RunAsync();
        await host.SetStateAsync(run, "PENDING");
        await host.SetStateAsync(run, "RUNNING");
        Assert.Equal(1, await UsedAsync(host, pool));

        var status = way switch
        {
            "delete" => (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{run}")).Status,
            "suspend" => (await host.SetStateAsync(run, "PAUSED", """{"name": "Suspended", "state_details": {"pause_reschedule": true, "pause_timeout": "2100-01-01T00:00:00Z"}}""")).Status,
            _ => (await host.SetStateAsync(run, way.Split(' ')[^1], force: way.StartsWith("force", StringComparison.Ordinal))).Status,
        };

        Assert.InRange(status, 201, 204);
        Assert.Equal(0, await UsedAsync(host, pool));
        Assert.Equal((0L, 0L), await GlobalLimitsApiTests.RowsAsync(host));
    }

    [Fact]
    public async Task A_pause_within_the_process_keeps_the_slot()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host, One);
        var run = await pool.RunAsync();
        foreach (var state in (string[])["PENDING", "RUNNING", "PAUSED", "RUNNING"])
        {
            Assert.Equal("ACCEPT", (await host.SetStateAsync(run, state, state == "PAUSED" ? """{"state_details": {"pause_timeout": "2100-01-01T00:00:00Z"}}""" : "{}")).Verdict);
            Assert.Equal(1, await UsedAsync(host, pool));
        }
        await host.SetStateAsync(run, "COMPLETED");
        Assert.Equal(0, await UsedAsync(host, pool));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_slot_that_lapsed_while_pending_is_taken_anew_or_the_run_is_cancelled(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host, """{"concurrency_limit": 1, "concurrency_options": {"collision_strategy": "ENQUEUE", "grace_period_seconds": 60}}""");
        var (first, second) = (await pool.RunAsync(), await pool.RunAsync());
        await host.SetStateAsync(first, "PENDING");
        clock.Offset += TimeSpan.FromSeconds(61);
        Assert.Equal(0, await UsedAsync(host, pool));
        Assert.Equal("ACCEPT", (await host.SetStateAsync(first, "RUNNING")).Verdict);
        Assert.Equal(1, await UsedAsync(host, pool));
        await host.SetStateAsync(first, "COMPLETED");

        await host.SetStateAsync(second, "PENDING");
        clock.Offset += TimeSpan.FromSeconds(61);
        var third = await pool.RunAsync();
        await host.SetStateAsync(third, "PENDING");
        await host.SetStateAsync(third, "RUNNING");

        var late = await host.SetStateAsync(second, "RUNNING");
        Assert.Equal(("REJECT", "Cancelled"), (late.Verdict, late.Body.GetProperty("state").Text("name")));
        Assert.Equal(1, await UsedAsync(host, pool));
    }

    [Fact]
    public async Task A_running_run_holds_its_slot_until_its_end_unless_its_client_renews_and_stops()
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(change: options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host, One);
        var run = await pool.RunAsync();
        await host.SetStateAsync(run, "PENDING");
        var running = await host.SetStateAsync(run, "RUNNING");
        clock.Offset += TimeSpan.FromDays(2);
        Assert.Equal(1, await UsedAsync(host, pool));

        var lease = running.Body.GetProperty("state").GetProperty("state_details").Text("deployment_concurrency_lease_id");
        Assert.Equal(204, (await GlobalLimitsApiTests.RenewAsync(host, lease)).Status);
        Assert.Equal(1, await UsedAsync(host, pool));
        clock.Offset += TimeSpan.FromSeconds(61);

        Assert.Equal(0, await UsedAsync(host, pool));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_limit_behind_a_deployment_is_served_changed_shared_and_deleted_with_it(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"concurrency_limit": 3}""");
        var path = $"deployments/{pool.DeploymentId}";
        var own = (await host.GetAsync(path)).Body.GetProperty("global_concurrency_limit");
        Assert.Equal(($"deployment:{pool.DeploymentId}", "3", "0"), (own.Text("name"), own.Text("limit"), own.Text("active_slots")));

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, new { concurrency_limit = 5 })).Status);
        Assert.Equal("5", (await host.GetAsync($"v2/concurrency_limits/{own.Text("id")}")).Body.Text("limit"));
        var shared = (await host.PostAsync("v2/concurrency_limits/", new { name = "shared", limit = 2 })).Body.Text("id");
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, new { global_concurrency_limit_id = shared })).Status);
        Assert.Equal("shared", (await host.GetAsync(path)).Body.GetProperty("global_concurrency_limit").Text("name"));
        Assert.Equal(404, (await host.GetAsync($"v2/concurrency_limits/{own.Text("id")}")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, path, new { global_concurrency_limit_id = Guid.NewGuid() })).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, new { tags = new[] { "x" } })).Status);
        Assert.Equal("shared", (await host.GetAsync(path)).Body.GetProperty("global_concurrency_limit").Text("name"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, new { concurrency_limit = (int?)null })).Status);
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync(path)).Body.GetProperty("global_concurrency_limit").ValueKind);
        await host.SendAsync(HttpMethod.Patch, path, new { concurrency_limit = 1 });
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(["shared"], (await host.PostAsync("v2/concurrency_limits/filter", "{}")).Body.EnumerateArray().Select(limit => limit.Text("name")));
    }

    [Fact]
    public async Task A_deployment_without_slots_aborts_its_runs()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host, One);
        await host.SendAsync(HttpMethod.Patch, $"v2/concurrency_limits/deployment:{pool.DeploymentId}", new { limit = 0 });

        Assert.Equal("ABORT", (await host.SetStateAsync(await pool.RunAsync(), "PENDING")).Verdict);
    }

    private static async Task<int> UsedAsync(TestHost host, PoolOfRuns pool) => await GlobalLimitsApiTests.UsedAsync(host, $"deployment:{pool.DeploymentId}");
}
