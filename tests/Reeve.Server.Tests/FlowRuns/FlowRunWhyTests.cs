using System.Text.Json;
using Reeve.Server.FlowRuns;
using Reeve.Server.Tests.Storage;
using Reeve.Server.Tests.WorkPools;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class FlowRunWhyTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_of_later_says_when_and_that_nobody_would_take_it(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);

        var why = await WhyAsync(host, await pool.RunAsync(3600));

        Assert.Equal(["scheduled_later", "no_worker"], Codes(why));
        Assert.StartsWith("The run is scheduled for ", why.Text("summary"), StringComparison.Ordinal);
        Assert.Contains("There never was one", why.GetProperty("reasons")[1].Text("message"), StringComparison.Ordinal);
        Assert.Contains("reeve worker start --pool local", why.GetProperty("reasons")[1].Text("hint"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_late_run_names_the_worker_that_was_last_seen(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        await host.PostAsync("work_pools/local/workers/heartbeat", new { name = "old-hand", heartbeat_interval_seconds = 5 });
        clock.Offset += TimeSpan.FromHours(1);
        var run = await pool.RunAsync(-60);
        await host.Service<LateRunMarker>().RunOnceAsync(TestHost.Cancellation);

        var why = await WhyAsync(host, run);

        Assert.Equal("Late", why.Text("state_name"));
        Assert.Equal(["no_worker"], Codes(why));
        Assert.Equal("old-hand", Holders(why, 0).Single().Text("name"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_due_run_is_told_what_closes_its_pool_and_queue(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, pool: """{"concurrency_limit": 1}""");
        await host.PostAsync("work_pools/local/workers/heartbeat", new { name = "w1", heartbeat_interval_seconds = 30 });
        var (first, second) = (await pool.RunAsync(), await pool.RunAsync());
        await pool.ClaimAsync(limit: 1);

        var full = await WhyAsync(host, second);
        Assert.Equal(["work_pool_full"], Codes(full));
        Assert.Equal(first, Holders(full, 0).Single().Text("id"));
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", new { concurrency_limit = 1, is_paused = true });
        await host.SendAsync(HttpMethod.Patch, "work_pools/local", new { is_paused = true });
        Assert.Equal(["work_pool_paused", "work_queue_paused", "work_pool_full", "work_queue_full"], Codes(await WhyAsync(host, second)));
        await host.SendAsync(HttpMethod.Patch, "work_pools/local", new { is_paused = false, concurrency_limit = (int?)null });
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", new { concurrency_limit = (int?)null, is_paused = false });
        Assert.Equal(["due"], Codes(await WhyAsync(host, second)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_over_its_deployments_limit_is_told_who_runs(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"concurrency_limit": 1, "paused": true}""");
        var (first, second) = (await pool.RunAsync(), await pool.RunAsync());
        await host.SetStateAsync(first, "PENDING");
        await host.SetStateAsync(second, "PENDING");

        var why = await WhyAsync(host, second);

        Assert.Equal("AwaitingConcurrencySlot", why.Text("state_name"));
        Assert.Equal(["deployment_limit", "no_worker", "deployment_paused"], Codes(why));
        Assert.Equal(("flow_run", first), (Holders(why, 0).Single().Text("type"), Holders(why, 0).Single().Text("id")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_pending_run_names_who_prepares_it_and_a_lapsed_one_too(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        var (claimed, taken) = (await pool.RunAsync(), await pool.RunAsync(1));
        Assert.Equal(claimed, PoolOfRuns.RunOf(Assert.Single(await pool.ClaimAsync(limit: 1))));
        await host.SetStateAsync(taken, "PENDING");

        var why = await WhyAsync(host, claimed);
        Assert.Equal(["pending"], Codes(why));
        Assert.Contains("worker w1", why.Text("summary"), StringComparison.Ordinal);
        Assert.Equal(["pending_unwatched"], Codes(await WhyAsync(host, taken)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_running_run_names_the_full_tag_its_task_runs_wait_for(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("concurrency_limits/", new { tag = "db", concurrency_limit = 1 });
        var run = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(run, "RUNNING");
        var tasks = new List<string>();
        foreach (var key in (string[])["1", "2"])
            tasks.Add((await host.PostAsync("task_runs/", new { flow_run_id = run, task_key = "t", dynamic_key = key, name = $"t-{key}", tags = new[] { "db" } })).Body.Text("id"));
        await host.SetStateAsync(tasks[0], "RUNNING", noun: "task_runs");

        var why = await WhyAsync(host, run);

        Assert.Equal(["tag_limit", "running_unwatched"], Codes(why));
        Assert.Equal(("task_run", "t-1"), (Holders(why, 0).Single().Text("type"), Holders(why, 0).Single().Text("name")));
    }

    [Fact]
    public async Task A_paused_run_says_what_it_waits_for()
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(run, "RUNNING");
        await host.SetStateAsync(run, "PAUSED", """{"state_details": {"pause_timeout": "2100-01-01T00:00:00Z", "run_input_keyset": {"response": "r", "schema": "s"}}}""");

        var why = await WhyAsync(host, run);

        Assert.Equal(["waiting_for_input"], Codes(why));
        Assert.Contains("which fields it has is not known here", why.Text("summary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_waits_for_input_lists_the_fields_of_its_schema()
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(run, "RUNNING");
        await host.PostAsync($"flow_runs/{run}/input", new
        {
            key = "paused-1-schema",
            value = """
                {"type": "object", "required": ["approved"], "properties": {
                  "approved": {"type": "boolean", "description": "Whether the rows are right."}, "size": {"enum": ["small", "large"]}, "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}
                """,
        });
        await host.SetStateAsync(run, "PAUSED", """{"state_details": {"pause_timeout": "2100-01-01T00:00:00Z", "run_input_keyset": {"response": "paused-1-response", "schema": "paused-1-schema"}}}""");

        var why = await WhyAsync(host, run);

        Assert.EndsWith(": approved (boolean): Whether the rows are right; size (one of small, large, optional); note (string or null, optional).", why.Text("summary"), StringComparison.Ordinal);
        var fields = why.GetProperty("reasons")[0].GetProperty("fields").EnumerateArray().ToList();
        Assert.Equal(["approved", "size", "note"], fields.Select(field => field.Text("name")));
        Assert.Equal([true, false, false], fields.Select(field => field.GetProperty("is_required").GetBoolean()));
        Assert.Contains("\"approved\": …", why.GetProperty("reasons")[0].Text("hint"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_to_be_cancelled_says_whose_turn_it_is()
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host);
        var (leased, loose) = (await pool.RunAsync(), await pool.RunAsync(1));
        await pool.ClaimAsync(limit: 1);
        await host.SetStateAsync(leased, "RUNNING");
        await host.SetStateAsync(leased, "CANCELLING");
        await host.SetStateAsync(loose, "PENDING");
        await host.SetStateAsync(loose, "CANCELLING");

        Assert.Contains("the turn of the worker w1", (await WhyAsync(host, leased)).Text("summary"), StringComparison.Ordinal);
        Assert.Contains("no worker of the work pool 'local' is online", (await WhyAsync(host, loose)).Text("summary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_is_told_with_its_evidence_and_an_end_with_its_message()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var (type, code) in ((string, string)[])[("CRASHED", "crashed"), ("FAILED", "failed"), ("COMPLETED", "ended")])
        {
            var run = (await host.FlowRunAsync()).Text("id");
            await host.SetStateAsync(run, "RUNNING");
            await host.SetStateAsync(run, type, """{"message": "the machine burnt"}""");

            var why = await WhyAsync(host, run);

            Assert.Equal([code], Codes(why));
            Assert.Contains("the machine burnt", why.Text("summary"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_run_without_a_pool_and_one_that_waits_to_be_tried_again_say_so()
    {
        await using var host = await TestHost.StartAsync();
        var loose = (await host.FlowRunAsync("""{"state": {"type": "SCHEDULED"}}""")).Text("id");
        Assert.Equal(["no_work_pool"], Codes(await WhyAsync(host, loose)));
        var retried = (await host.FlowRunAsync("""{"empirical_policy": {"retries": 1, "retry_delay": 600}}""")).Text("id");
        await host.SetStateAsync(retried, "RUNNING");
        await host.SetStateAsync(retried, "FAILED", """{"message": "no luck"}""");

        var why = await WhyAsync(host, retried);

        Assert.Equal(["awaiting_retry"], Codes(why));
        Assert.Contains("no luck", why.Text("summary"), StringComparison.Ordinal);
        Assert.Equal(404, (await host.GetAsync($"flow_runs/{Guid.NewGuid()}/why")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_queue_that_no_worker_asks_for_is_told_with_who_is_online_and_since_when(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        await host.PostAsync("work_pools/local/workers/heartbeat", new { name = "elsewhere", heartbeat_interval_seconds = 30 });
        var run = await pool.RunAsync(-1);

        var never = await WhyAsync(host, run);
        Assert.Equal(["not_polled"], Codes(never));
        Assert.Contains("none asked for the work queue 'default' yet.", never.Text("summary"), StringComparison.Ordinal);
        Assert.Equal(("worker", "elsewhere"), (Holders(never, 0).Single().Text("type"), Holders(never, 0).Single().Text("name")));
        Assert.Equal("reeve worker start --pool local --work-queue default", never.GetProperty("reasons")[0].Text("hint"));

        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", new { concurrency_limit = 0 });
        await pool.ClaimAsync();
        await host.SendAsync(HttpMethod.Patch, "work_pools/local/queues/default", new { concurrency_limit = (int?)null });
        Assert.Equal(["due"], Codes(await WhyAsync(host, run)));
        clock.Offset += TimeSpan.FromMinutes(10);
        await host.PostAsync("work_pools/local/workers/heartbeat", new { name = "elsewhere", heartbeat_interval_seconds = 30 });
        var stopped = await WhyAsync(host, run);
        Assert.Equal(["not_polled"], Codes(stopped));
        Assert.Contains("UTC (10 min ago)", stopped.Text("summary"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lapsed_lease_is_told_before_it_is_judged(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(host);
        var run = await pool.RunAsync();
        await pool.ClaimAsync(limit: 1);
        clock.Offset += TimeSpan.FromHours(2);

        foreach (var state in (string[])["Pending", "Running"])
        {
            var why = await WhyAsync(host, run);
            Assert.Equal((state, "lease_lapsed"), (why.Text("state_name"), Codes(why).Single()));
            Assert.StartsWith("The lease of the worker w1 (attempt 1) lapsed at ", why.Text("summary"), StringComparison.Ordinal);
            Assert.Equal("lease", Holders(why, 0).Single().Text("type"));
            await host.SetStateAsync(run, "RUNNING");
        }
    }

    private static async Task<JsonElement> WhyAsync(TestHost host, string run)
    {
        var (status, body) = await host.GetAsync($"flow_runs/{run}/why");
        Assert.Equal((200, run), (status, body.Text("flow_run_id")));
        return body;
    }

    private static List<string> Codes(JsonElement why) => [.. why.GetProperty("reasons").EnumerateArray().Select(reason => reason.Text("code"))];

    private static List<JsonElement> Holders(JsonElement why, int reason) => [.. why.GetProperty("reasons")[reason].GetProperty("holders").EnumerateArray()];
}
