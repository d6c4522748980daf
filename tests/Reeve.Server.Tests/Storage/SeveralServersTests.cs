using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Npgsql;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Deployments;
using Reeve.Server.FlowRuns;
using Reeve.Server.RunHistory;
using Reeve.Server.Tests.WorkPools;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Tests.Storage;

/// <summary>Several servers on one PostgreSQL database: what one of them does, none does again, and what one learns, all hear.</summary>
public sealed class SeveralServersTests
{
    private static readonly string[] Statuses = ["ACCEPT", "REJECT", "WAIT", "ABORT"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fire_time_makes_one_run_however_many_servers_schedule()
    {
        await using var servers = await Servers.StartAsync(3);
        await PoolOfRuns.MakeAsync(servers[0], """{"schedules": [{"schedule": {"interval": 60}}, {"schedule": {"cron": "*/5 * * * *"}}]}""");

        await servers.AllAsync(host => host.Service<RunScheduler>().RunOnceAsync(Cancellation));
        await servers.AllAsync(host => host.Service<RunScheduler>().RunOnceAsync(Cancellation));

        Assert.Equal(0, await servers.CountAsync("select count(*) from (select schedule_id, scheduled_for from flow_run group by 1, 2 having count(*) > 1) twice"));
        Assert.Equal(0, await servers.CountAsync("select count(*) from flow_run fr where (select count(*) from flow_run_state s where s.flow_run_id = fr.id) <> 1"));
        Assert.InRange(await servers.CountAsync("select count(*) from flow_run"), 70, 75);
    }

    [Fact]
    public async Task Each_run_is_claimed_once_and_no_limit_is_exceeded()
    {
        await using var servers = await Servers.StartAsync(3);
        await PoolOfRuns.MakeAsync(servers[0], """{"concurrency_limit": 5}""", """{"concurrency_limit": 7}""");
        var pool = await PoolOfRuns.MakeAsync(servers[0], """{"name": "weekly"}""", """{"name": "other"}""");
        for (var i = 0; i < 40; i++)
            await pool.RunAsync();
        ConcurrentBag<string> claimed = [];

        await Task.WhenAll(Enumerable.Range(0, 9).Select(async i =>
        {
            for (var round = 0; round < 4; round++)
                foreach (var claim in (await servers[i % 3].PostAsync("work_pools/local/claim", new { worker_name = $"w{i}", limit = 3 })).Body.EnumerateArray())
                    claimed.Add(PoolOfRuns.RunOf(claim));
        }));

        Assert.Equal(claimed.Count, claimed.Distinct().Count());
        Assert.InRange(claimed.Count, 1, 7);
    }

    [Fact]
    public async Task Of_many_who_want_one_run_one_gets_it()
    {
        await using var servers = await Servers.StartAsync(3);
        for (var round = 0; round < 10; round++)
        {
            var run = (await servers[0].FlowRunAsync("""{"state":{"type":"SCHEDULED"}}""")).Text("id");
            var verdicts = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => servers[i % 3].SetStateAsync(run, "PENDING", $$"""{"state_details":{"transition_id":"{{Guid.NewGuid()}}"} }""")));
            Assert.Single(verdicts, verdict => verdict.Verdict == "ACCEPT");
            Assert.All(verdicts, verdict => Assert.Contains(verdict.Verdict, Statuses));
        }
    }

    [Fact]
    public async Task Limits_of_tags_are_kept_over_all_servers_and_slots_come_back()
    {
        await using var servers = await Servers.StartAsync(3);
        await servers[0].PostAsync("concurrency_limits/", new { tag = "db", concurrency_limit = 3 });
        await servers[0].PostAsync("concurrency_limits/", new { tag = "api", concurrency_limit = 4 });
        var flowRun = (await servers[0].FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        var (running, most, done) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            var host = servers[i % 3];
            var tags = i % 2 == 0 ? (string[])["db", "api"] : ["api", "db"];
            var (status, task) = await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = i.ToString(CultureInfo.InvariantCulture), tags });
            Assert.Equal(201, status);
            while ((await host.SetStateAsync(task.Text("id"), "RUNNING", noun: "task_runs")).Verdict is var verdict && verdict != "ACCEPT")
                Assert.Equal("WAIT", verdict);
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            Assert.Equal("ACCEPT", (await servers[(i + 1) % 3].SetStateAsync(task.Text("id"), "COMPLETED", noun: "task_runs")).Verdict);
            Interlocked.Increment(ref done);
        }));

        Assert.Equal(24, done);
        Assert.InRange(most, 1, 3);
        Assert.Equal(0, await servers.CountAsync("select count(*) from concurrency_slot"));
        Assert.Equal(0, await servers.CountAsync("select count(*) from concurrency_lease"));
    }

    [Fact]
    public async Task Global_slots_are_lent_once_and_a_release_wakes_who_waits_at_another_server()
    {
        await using var servers = await Servers.StartAsync(2);
        await servers[0].PostAsync("v2/concurrency_limits/", new { name = "gpu", limit = 1 });
        var (holder, waiter) = (servers[0], servers[1]);
        var (status, taken) = await holder.PostAsync("v2/concurrency_limits/increment-with-lease", new { names = (string[])["gpu"], slots = 1, lease_duration = 300 });
        Assert.Equal(200, status);

        var signal = waiter.Database.Wakeups.Next(ConcurrencySlots.Topic(Guid.Parse(taken.GetProperty("limits")[0].Text("id"))));
        Assert.Equal(423, (await waiter.PostAsync("v2/concurrency_limits/increment", new { names = (string[])["gpu"], slots = 1 })).Status);
        await holder.PostAsync("v2/concurrency_limits/decrement-with-lease", new { lease_id = taken.Text("lease_id") });
        await signal.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(200, (await waiter.PostAsync("v2/concurrency_limits/increment", new { names = (string[])["gpu"], slots = 1 })).Status);
    }

    [Fact]
    public async Task A_limit_of_a_deployment_holds_and_no_waiting_run_is_forgotten()
    {
        await using var servers = await Servers.StartAsync(3);
        var pool = await PoolOfRuns.MakeAsync(servers[0], """{"concurrency_limit": 2}""");
        List<string> runs = [];
        for (var i = 0; i < 12; i++)
            runs.Add(await pool.RunAsync());
        var (running, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            var host = servers[i % 3];
            while (await servers.CountAsync("select count(*) from flow_run where state_type <> 'COMPLETED'") > 0)
            {
                var (status, claims) = await host.PostAsync("work_pools/local/claim", new { worker_name = $"w{i}", limit = 2 }, ("Prefer", "wait=1"));
                Assert.Equal(200, status);
                foreach (var claim in claims.EnumerateArray())
                {
                    var run = PoolOfRuns.RunOf(claim);
                    InterlockedMax(ref most, Interlocked.Increment(ref running));
                    Assert.Equal("ACCEPT", (await servers[(i + 1) % 3].SetStateAsync(run, "RUNNING")).Verdict);
                    Interlocked.Decrement(ref running);
                    Assert.Equal("ACCEPT", (await servers[(i + 2) % 3].SetStateAsync(run, "COMPLETED")).Verdict);
                }
            }
        }));

        Assert.InRange(most, 1, 2);
        Assert.Equal(0, await servers.CountAsync("select count(*) from concurrency_lease"));
        Assert.Equal(12, await servers.CountAsync("select count(distinct flow_run_id) from flow_run_state where type = 'RUNNING'"));
        Assert.Equal(12, await servers.CountAsync("select count(*) from flow_run_state where type = 'RUNNING'"));
    }

    [Fact]
    public async Task Of_many_who_resume_a_run_one_does()
    {
        await using var servers = await Servers.StartAsync(3);
        for (var round = 0; round < 10; round++)
        {
            var run = (await servers[0].FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
            await servers[0].SetStateAsync(run, "PAUSED", """{"state_details":{"pause_timeout":"2999-01-01T00:00:00Z"}}""");
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => servers[i % 3].PostAsync($"flow_runs/{run}/resume", new { })));
            Assert.Single(answers, answer => answer.Body.Text("status") == "ACCEPT");
            Assert.Equal(["Running", "Paused", "Running"], await servers[0].HistoryAsync(run));
        }
    }

    [Fact]
    public async Task A_pause_expires_once_and_a_cancelled_runs_children_are_cancelled_once()
    {
        var clock = new MovedClock();
        await using var servers = await Servers.StartAsync(3, options => options with { Clock = clock });
        List<string> paused = [];
        for (var i = 0; i < 5; i++)
        {
            paused.Add((await servers[0].FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id"));
            await servers[0].SetStateAsync(paused[^1], "PAUSED", $$"""{"state_details":{"pause_timeout":"{{clock.GetUtcNow().AddHours(1):O}}"} }""");
        }
        var parent = (await servers[0].FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        List<string> children = [];
        for (var i = 0; i < 10; i++)
            children.Add((await servers[0].PostAsync("task_runs/", new { flow_run_id = parent, task_key = "t", dynamic_key = $"{i}", state = new { type = "RUNNING" } })).Body.Text("id"));
        await servers[0].SetStateAsync(parent, "CANCELLED");

        clock.Jump = TimeSpan.FromHours(2);
        await servers.AllAsync(host => Task.WhenAll(host.Service<PauseExpiry>().RunOnceAsync(Cancellation), host.Service<CancelledRunChildren>().RunOnceAsync(Cancellation)));

        foreach (var run in paused)
            Assert.Equal(["Running", "Paused", "Failed"], await servers[1].HistoryAsync(run));
        foreach (var child in children)
            Assert.Equal(["Running", "Cancelled"], await servers[1].HistoryAsync(child, "task_run"));
    }

    [Fact]
    public async Task What_lapsed_is_judged_once()
    {
        var clock = new MovedClock();
        await using var servers = await Servers.StartAsync(3, options => options with { Clock = clock });
        var pool = await PoolOfRuns.MakeAsync(servers[0]);
        List<string> runs = [];
        for (var i = 0; i < 8; i++)
            runs.Add(await pool.RunAsync());
        Assert.Equal(8, (await pool.ClaimAsync()).Count);
        foreach (var run in runs)
            await servers[0].SetStateAsync(run, "RUNNING");

        clock.Offset = TimeSpan.FromMinutes(10);
        await servers.AllAsync(host => host.Service<LeaseReaper>().RunOnceAsync(Cancellation));

        foreach (var run in runs)
            Assert.Equal(["Scheduled", "Pending", "Running", "Crashed"], await servers[1].HistoryAsync(run));
    }

    [Fact]
    public async Task A_background_run_goes_to_one_worker_of_all_servers_at_once()
    {
        await using var servers = await Servers.StartAsync(3);
        ConcurrentBag<string> taken = [];
        List<WebSocket> sockets = [];
        List<Task> working = [];
        for (var i = 0; i < 6; i++)
        {
            var socket = await servers[i % 3].OpenSocketAsync("task_runs/subscriptions/scheduled");
            await socket.SendTextAsync(JsonSerializer.Serialize(new { type = "subscribe", keys = (string[])["mail"], client_id = $"w{i}" }));
            sockets.Add(socket);
            working.Add(TakeAllAsync(socket, taken));
        }

        List<string> sent = [];
        for (var i = 0; i < 30; i++)
            sent.Add((await servers[i % 3].PostAsync("task_runs/", new { task_key = "mail", dynamic_key = Guid.NewGuid(), state = new { type = "SCHEDULED", state_details = new { deferred = true } } })).Body.Text("id"));
        while (taken.Count < sent.Count)
            await Task.Delay(10, Cancellation);
        foreach (var socket in sockets)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        await Task.WhenAll(working);
        sockets.ForEach(socket => socket.Dispose());

        Assert.Equal(sent.Order(), taken.Order());
    }

    [Fact]
    public async Task A_task_run_outside_of_flows_that_two_servers_are_told_of_is_made_once()
    {
        await using var servers = await Servers.StartAsync(3);
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => servers[i % 3].PostAsync("task_runs/", new { task_key = "t", dynamic_key = $"{round}" })));
            Assert.Single(answers.Select(answer => answer.Body.Text("id")).Distinct());
        }
    }

    [Fact]
    public async Task Everybody_hears_each_event_once_whichever_server_stored_it()
    {
        await using var servers = await Servers.StartAsync(2);
        List<(WebSocket Socket, ConcurrentBag<string> Heard, Task Hearing)> followers = [];
        for (var i = 0; i < 2; i++)
        {
            var socket = await servers[i].OpenSocketAsync("events/out");
            await socket.SendTextAsync("""{"type":"filter","filter":{"event":{"prefix":["several."]}},"backfill":false}""");
            ConcurrentBag<string> heard = [];
            followers.Add((socket, heard, HearAsync(socket, heard)));
        }
        // a follower is there once it hears something
        while (followers.Exists(follower => follower.Heard.IsEmpty))
        {
            await TellAsync(servers[0], "several.probe");
            await Task.Delay(20, Cancellation);
        }

        List<string> told = [];
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var id = await TellAsync(servers[i % 2], "several.told");
            lock (told)
                told.Add(id);
        }));
        foreach (var (_, heard, _) in followers)
            while (told.Except(heard).Any())
                await Task.Delay(10, Cancellation);

        foreach (var (socket, heard, hearing) in followers)
        {
            Assert.Equal(heard.Distinct().Count(), heard.Count);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
            await hearing;
            socket.Dispose();
        }
    }

    [Fact]
    public async Task A_long_transaction_of_another_database_keeps_no_event_back_and_one_of_this_does()
    {
        await using var servers = await Servers.StartAsync(1);
        var host = servers[0];
        await using var elsewhere = new NpgsqlConnection(Environment.GetEnvironmentVariable("REEVE_TEST_POSTGRES"));
        await using var here = new NpgsqlConnection(host.Service<ServerOptions>().Database);
        await elsewhere.OpenAsync(Cancellation);
        await here.OpenAsync(Cancellation);
        await using (var begin = new NpgsqlCommand("begin; select pg_current_xact_id()", elsewhere))
            await begin.ExecuteNonQueryAsync(Cancellation);
        async Task<bool> IsSettledAsync(string id) => await host.Database.ReadAsync(
            session => session.ScalarAsync($"select count(*) from event e where e.id = @id and {session.Dialect.SettledEvents("e")}", ("id", Guid.Parse(id))), Cancellation) == 1;

        var first = await TellAsync(host, "several.first");
        while (!await IsSettledAsync(first))
            await Task.Delay(10, Cancellation);
        await using (var begin = new NpgsqlCommand("begin; select pg_current_xact_id()", here))
            await begin.ExecuteNonQueryAsync(Cancellation);
        var second = await TellAsync(host, "several.second");
        for (var i = 0; i < 20; i++)
            Assert.False(await IsSettledAsync(second));
        await using (var end = new NpgsqlCommand("rollback", here))
            await end.ExecuteNonQueryAsync(Cancellation);
        while (!await IsSettledAsync(second))
            await Task.Delay(10, Cancellation);
    }

    [Fact]
    public async Task Readiness_is_told_once_and_sums_are_kept_when_all_servers_look_at_once()
    {
        await using var servers = await Servers.StartAsync(3);
        var pool = await PoolOfRuns.MakeAsync(servers[0]);
        await servers[0].PostAsync("work_pools/local/workers/heartbeat", new { name = "w" });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            var run = await pool.RunAsync();
            await servers[i % 3].SetStateAsync(run, "RUNNING", force: true);
            await servers[i % 3].SetStateAsync(run, "COMPLETED", force: true);
            if (i % 3 == 0)
                await servers[i % 3].SetStateAsync(run, "FAILED", force: true);
            await servers[i % 3].Service<RunSumFolder>().RunOnceAsync(Cancellation);
        }));

        await servers.AllAsync(host => host.Service<WorkerMonitor>().RunOnceAsync(Cancellation));
        await servers.AllAsync(host => host.Service<RunSumFolder>().RunOnceAsync(Cancellation));

        Assert.Equal(1, await servers.CountAsync("select count(*) from event where name = 'prefect.work-pool.ready'"));
        Assert.Equal(20, await servers.CountAsync("select sum(runs)::bigint from flow_run_sum where state_type = 'COMPLETED'"));
        Assert.Equal(10, await servers.CountAsync("select sum(runs)::bigint from flow_run_sum where state_type = 'FAILED'"));
        Assert.Equal(
            await servers.CountAsync("select sum(round(total_run_time * 1000000))::bigint from flow_run"),
            await servers.CountAsync("select sum(run_time)::bigint from flow_run_sum"));
    }

    private static async Task<string> TellAsync(TestHost host, string name)
    {
        var id = Guid.NewGuid().ToString();
        var resource = new Dictionary<string, string> { ["prefect.resource.id"] = "r" };
        var (status, _) = await host.PostAsync("events", new[] { new { id, @event = name, occurred = host.Service<TimeProvider>().GetUtcNow(), resource, payload = new { } } });
        Assert.Equal(204, status);
        return id;
    }

    private static async Task HearAsync(WebSocket socket, ConcurrentBag<string> heard)
    {
        while (await socket.ReceiveJsonAsync() is { ValueKind: JsonValueKind.Object } message)
            heard.Add(message.GetProperty("event").Text("id"));
    }

    private static async Task TakeAllAsync(WebSocket socket, ConcurrentBag<string> taken)
    {
        while (await socket.ReceiveJsonAsync() is { ValueKind: JsonValueKind.Object } run)
        {
            taken.Add(run.Text("id"));
            await socket.SendTextAsync("""{"type":"ack"}""");
        }
    }

    private static void InterlockedMax(ref int most, int seen)
    {
        for (var known = Volatile.Read(ref most); seen > known; known = Volatile.Read(ref most))
            if (Interlocked.CompareExchange(ref most, seen, known) == known)
                return;
    }

    /// <summary>Servers in memory that share a database.</summary>
    private sealed class Servers(List<TestHost> hosts) : IAsyncDisposable
    {
        internal TestHost this[int place] => hosts[place];

        internal static async Task<Servers> StartAsync(int count, Func<ServerOptions, ServerOptions>? change = null)
        {
            List<TestHost> hosts = [await TestHost.StartAsync(DatabaseKind.PostgreSql, change)];
            var first = hosts[0].Service<ServerOptions>();
            while (hosts.Count < count)
                hosts.Add(await TestHost.StartAsync(DatabaseKind.PostgreSql, _ => first));
            return new(hosts);
        }

        internal Task AllAsync(Func<TestHost, Task> work) => Task.WhenAll(hosts.Select(work));

        internal Task<long> CountAsync(string sql) => hosts[0].Database.ReadAsync(session => session.ScalarAsync(sql), Cancellation).AsTask();

        public async ValueTask DisposeAsync()
        {
            // the first owns the database
            for (var last = hosts.Count - 1; last >= 0; last--)
                await hosts[last].DisposeAsync();
        }
    }
}
