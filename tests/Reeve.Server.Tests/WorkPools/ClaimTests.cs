using System.Collections.Concurrent;
using System.Text.Json;
using Reeve.Server.FlowRuns;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.WorkPools;

public sealed class ClaimTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_claimed_run_is_Pending_with_a_lease_and_gone_for_others(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        var id = await pool.RunAsync();

        var claimed = Assert.Single(await pool.ClaimAsync());

        Assert.Equal((id, "PENDING"), (PoolOfRuns.RunOf(claimed), claimed.GetProperty("flow_run").GetProperty("state_type").GetString()));
        var lease = claimed.GetProperty("lease");
        Assert.Equal((id, 1, "worker w1"), (lease.GetProperty("flow_run_id").GetString(), lease.GetProperty("attempt").GetInt32(), lease.GetProperty("owner").GetString()));
        Assert.Empty(await pool.ClaimAsync(worker: "w2"));
        Assert.Equal("PENDING", (await host.GetAsync($"flow_runs/{id}")).Body.GetProperty("state_type").GetString());
        // the lease fences: its holder may go on, another token may not
        const string Running = """{"state": {"type": "RUNNING"}}""";
        Assert.Equal(409, (await host.PostAsync($"flow_runs/{id}/set_state", Running, ("X-Reeve-Lease", Guid.NewGuid().ToString()))).Status);
        Assert.Equal(201, (await host.PostAsync($"flow_runs/{id}/set_state", Running, ("X-Reeve-Lease", lease.GetProperty("token").GetString()!))).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_claimed_run_that_was_never_started_is_handed_out_again_and_its_first_lease_is_fenced_off(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        var id = await pool.RunAsync();
        var first = Assert.Single(await pool.ClaimAsync(worker: "lost"));

        clock.Offset = TimeSpan.FromSeconds(61);
        await host.Service<LeaseReaper>().RunOnceAsync(TestHost.Cancellation);
        var second = Assert.Single(await pool.ClaimAsync(worker: "next"));

        Assert.Equal(id, PoolOfRuns.RunOf(second));
        Assert.Equal(2, second.GetProperty("lease").GetProperty("attempt").GetInt32());
        Assert.Equal(409, (await host.SetStateAsync(id, "RUNNING", lease: first.GetProperty("lease").GetProperty("token").GetString())).Status);
        Assert.Equal(["Scheduled", "Pending", "Scheduled", "Pending"], await host.HistoryAsync(id));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Only_due_runs_are_handed_out_unless_the_worker_fetches_ahead(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        await pool.RunAsync(dueInSeconds: 30);

        Assert.Empty(await pool.ClaimAsync());
        Assert.Single(await pool.ClaimAsync(prefetch: 60));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_come_by_priority_of_their_queue_then_by_time(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        await host.PostAsync("work_pools/local/queues", """{"name": "urgent", "priority": 1}""");
        var late = await pool.RunAsync(dueInSeconds: -1);
        var early = await pool.RunAsync(dueInSeconds: -60);
        var urgent = await pool.RunAsync(body: """{"work_queue_name": "urgent"}""");

        Assert.Equal([urgent, early], (await pool.ClaimAsync(limit: 2)).Select(PoolOfRuns.RunOf));
        Assert.Empty(await pool.ClaimAsync(queues: """["urgent"]"""));
        Assert.Equal([late], (await pool.ClaimAsync()).Select(PoolOfRuns.RunOf));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Limits_of_pool_and_queue_count_live_runs(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, pool: """{"concurrency_limit": 2}""");
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", """{"concurrency_limit": 1}""");
        await pool.RunAsync();
        await pool.RunAsync();
        foreach (var _ in (int[])[1, 2, 3])
            await pool.RunAsync(body: """{"work_queue_name": "other"}""");

        var claimed = await pool.ClaimAsync();
        Assert.Equal(["default", "other"], claimed.Select(c => c.GetProperty("flow_run").GetProperty("work_queue_name").GetString()));
        Assert.Empty(await pool.ClaimAsync());
        Assert.Empty((await host.PostAsync("work_pools/local/get_scheduled_flow_runs", "{}")).Body.EnumerateArray());
        // a slot is free again the moment its run has ended
        Assert.Equal(201, (await host.PostAsync($"flow_runs/{PoolOfRuns.RunOf(claimed[0])}/set_state", """{"state": {"type": "FAILED"}}""")).Status);
        Assert.Single(await pool.ClaimAsync());
        Assert.Empty(await pool.ClaimAsync());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_pause_of_pool_or_queue_holds_runs_back(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        await pool.RunAsync();

        foreach (var place in (string[])["work_pools/local", "work_pools/local/queues/default"])
        {
            await host.SendAsync(HttpMethod.Patch, place, """{"is_paused": true}""");
            Assert.Empty(await pool.ClaimAsync());
            Assert.Empty((await host.PostAsync("work_pools/local/get_scheduled_flow_runs", "{}")).Body.EnumerateArray());
            await host.SendAsync(HttpMethod.Patch, place, """{"is_paused": false}""");
        }
        Assert.Single(await pool.ClaimAsync());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_waiting_claim_is_woken_by_a_new_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);

        var waiting = pool.ClaimAsync(wait: 30);
        Assert.False(waiting.IsCompleted);
        var id = await pool.RunAsync();

        Assert.Equal(id, PoolOfRuns.RunOf(Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(10), TestHost.Cancellation))));
    }

    [Fact]
    public async Task A_waiting_claim_is_woken_by_the_time_of_a_run_and_by_the_end_of_a_pause()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host);
        await pool.RunAsync(dueInSeconds: 0.5);
        Assert.Single(await pool.ClaimAsync(wait: 30).WaitAsync(TimeSpan.FromSeconds(8), TestHost.Cancellation));

        await host.SendAsync(HttpMethod.Patch, "work_pools/local", """{"is_paused": true}""");
        await pool.RunAsync();
        var waiting = pool.ClaimAsync(wait: 30);
        await host.SendAsync(HttpMethod.Patch, "work_pools/local", """{"is_paused": false}""");
        Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(8), TestHost.Cancellation));
    }

    [Fact]
    public async Task A_waiting_claim_is_woken_by_a_free_slot()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host, pool: """{"concurrency_limit": 1}""");
        await pool.RunAsync();
        await pool.RunAsync();
        var first = PoolOfRuns.RunOf(Assert.Single(await pool.ClaimAsync()));

        var waiting = pool.ClaimAsync(wait: 30);
        await host.PostAsync($"flow_runs/{first}/set_state", """{"state": {"type": "CRASHED"}}""");

        Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(8), TestHost.Cancellation));
    }

    [Fact]
    public async Task A_claim_without_work_answers_nothing_when_its_wait_is_over()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host);

        Assert.Empty(await pool.ClaimAsync(wait: 1));
    }

    [Fact]
    public async Task A_waiting_claim_is_answered_when_the_server_stops()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host);

        var waiting = pool.ClaimAsync(wait: 60);
        await host.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(8), TestHost.Cancellation);

        Assert.Empty(await waiting.WaitAsync(TimeSpan.FromSeconds(8), TestHost.Cancellation));
    }

    [Theory]
    [InlineData("""{"limit": 1}""", 422)]
    [InlineData("""{"worker_name": "w", "limit": 0}""", 422)]
    [InlineData("""{"worker_name": "w", "lease_seconds": 1}""", 422)]
    public async Task A_wrong_claim_is_refused(string body, int status)
    {
        await using var host = await TestHost.StartAsync();
        await PoolOfRuns.MakeAsync(host);

        Assert.Equal(status, (await host.PostAsync("work_pools/local/claim", body)).Status);
        Assert.Equal(404, (await host.PostAsync("work_pools/nowhere/claim", """{"worker_name": "w"}""")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_eight_claimers_each_run_is_handed_to_one(DatabaseKind kind)
    {
        const int Runs = 200;
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        List<string> ids = [];
        for (var i = 0; i < Runs; i++)
            ids.Add(await pool.RunAsync());
        ConcurrentBag<(string Run, string Token)> handed = [];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            while (await pool.ClaimAsync(limit: 3, worker: $"w{worker}") is { Count: > 0 } claimed)
                foreach (var one in claimed)
                    handed.Add((PoolOfRuns.RunOf(one), one.GetProperty("lease").GetProperty("token").GetString()!));
        }));

        // a claim may come back empty while others hold the last rows, but then they hand them out
        Assert.Equal(ids.Order(), handed.Select(h => h.Run).Order());
        Assert.Equal(Runs, handed.Select(h => h.Token).Distinct().Count());
        var history = await host.GetAsync($"flow_run_states/?flow_run_id={ids[0]}");
        Assert.Equal(["SCHEDULED", "PENDING"], history.Body.EnumerateArray().Select(s => s.GetProperty("type").GetString()));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Eight_claimers_never_pass_a_limit(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, pool: """{"concurrency_limit": 5}""");
        for (var i = 0; i < 40; i++)
            await pool.RunAsync();

        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => pool.ClaimAsync(limit: 2, worker: $"w{worker}")));

        Assert.Equal(5, claimed.Sum(c => c.Count));
    }
}
