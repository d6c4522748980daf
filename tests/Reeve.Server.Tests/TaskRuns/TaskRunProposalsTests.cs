using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.TaskRuns;

public sealed class TaskRunProposalsTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_are_made_started_and_ended_in_one_request_each_in_its_order(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flowRun = await RunningAsync(host);
        var ids = Enumerable.Range(0, 40).Select(_ => Guid.NewGuid()).ToArray();

        var results = await ProposeAsync(host, [.. ids.Select((id, i) => Making(flowRun, id, $"{i}", "RUNNING")), .. ids.Select(id => Setting(id, "COMPLETED"))]);

        Assert.All(results, result => Assert.Equal("ACCEPT", result.Text("status")));
        Assert.Equal(ids.Concat(ids), results.Select(result => result.GetProperty("task_run_id").GetGuid()));
        Assert.All(results.Take(40), result => Assert.Equal("RUNNING", result.GetProperty("state").Text("type")));
        foreach (var id in ids)
            Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(id.ToString(), "task_run"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_refused_proposal_leaves_its_neighbours_alone(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, idle, good, last) = (await RunningAsync(host), (await host.FlowRunAsync()).Text("id"), Guid.NewGuid(), Guid.NewGuid());

        var results = await ProposeAsync(
            host,
            Making(flowRun, good, "0", "RUNNING"),
            Making(Guid.NewGuid().ToString(), Guid.NewGuid(), "0", "RUNNING"),
            Setting(Guid.NewGuid(), "RUNNING"),
            Making(idle, Guid.NewGuid(), "0", "RUNNING"),
            new { state = new { type = "RUNNING" } },
            new { task_run = new { flow_run_id = flowRun, task_key = "t", dynamic_key = "bad", empirical_policy = new { retry_delay = "soon" } } },
            new { task_run = new { id = good, flow_run_id = flowRun, task_key = "t", dynamic_key = "other" } },
            Making(flowRun, last, "1", "RUNNING"));

        Assert.Equal(["ACCEPT", "404", "404", "ABORT", "422", "422", "409", "ACCEPT"], results.Select(Outcome));
        Assert.Equal("RUNNING", (await host.GetAsync($"task_runs/{good}")).Body.Text("state_type"));
        Assert.Equal("RUNNING", (await host.GetAsync($"task_runs/{last}")).Body.Text("state_type"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_repeated_request_changes_nothing_and_is_answered_alike(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, id, transition) = (await RunningAsync(host), Guid.NewGuid(), Guid.NewGuid());
        var proposal = Making(flowRun, id, "0", "RUNNING", transition);

        var first = Assert.Single(await ProposeAsync(host, proposal));
        var again = Assert.Single(await ProposeAsync(host, proposal));

        Assert.Equal(("ACCEPT", "REJECT"), (first.Text("status"), again.Text("status")));
        Assert.Equal(first.GetProperty("state").Text("id"), again.GetProperty("state").Text("id"));
        Assert.Equal(["Pending", "Running"], await host.HistoryAsync(id.ToString(), "task_run"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_completed_run_of_the_key_is_answered_with_its_result(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, id) = (await RunningAsync(host), Guid.NewGuid());
        var completed = new { task_run_id = id, state = new { type = "COMPLETED", data = new { type = "literal", value = 42 } } };
        await ProposeAsync(host, Making(flowRun, id, "0", "RUNNING"), completed);

        var again = Assert.Single(await ProposeAsync(host, Making(flowRun, Guid.NewGuid(), "0", "RUNNING")));

        Assert.Equal((id, "t-0", "REJECT"), (again.GetProperty("task_run_id").GetGuid(), again.Text("name"), again.Text("status")));
        Assert.Equal("42", again.GetProperty("state").GetProperty("data").Text("value"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_can_be_made_without_a_state(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, id) = (await RunningAsync(host), Guid.NewGuid());

        var made = Assert.Single(await ProposeAsync(host, new { task_run = new { id, flow_run_id = flowRun, task_key = "t", dynamic_key = "0" } }));

        Assert.Equal(("ACCEPT", "PENDING"), (made.Text("status"), made.GetProperty("state").Text("type")));
        Assert.Equal(["Pending"], await host.HistoryAsync(id.ToString(), "task_run"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_process_that_lost_the_run_is_told_so_for_each(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, id) = (await RunningAsync(host), Guid.NewGuid());
        var lease = await LeaseAsync(host, flowRun);
        var stranger = Guid.NewGuid().ToString();

        var refused = await ProposeAsync(host, stranger, Making(flowRun, Guid.NewGuid(), "0", "RUNNING"));
        var accepted = await ProposeAsync(host, lease, Making(flowRun, id, "1", "RUNNING"));
        var late = await ProposeAsync(host, stranger, Setting(id, "COMPLETED"));

        Assert.Equal(["409", "ACCEPT", "409"], [.. refused.Concat(accepted).Concat(late).Select(Outcome)]);
        Assert.Equal("RUNNING", (await host.GetAsync($"task_runs/{id}")).Body.Text("state_type"));
        Assert.Equal(1, (await host.PostAsync("task_runs/count", "{}")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Late_states_keep_their_moments_and_are_not_entered_twice(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, id, started) = (await RunningAsync(host), Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddMinutes(-5));
        var (running, completed) = (Making(flowRun, id, "0", "RUNNING", Guid.NewGuid(), started), Setting(id, "COMPLETED", Guid.NewGuid(), started.AddMinutes(2)));

        var first = await ProposeAsync(host, running, completed);
        var again = await ProposeAsync(host, running, completed);

        Assert.Equal(["ACCEPT", "ACCEPT", "REJECT", "REJECT"], first.Concat(again).Select(Outcome));
        Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(id.ToString(), "task_run"));
        var run = (await host.GetAsync($"task_runs/{id}")).Body;
        Assert.Equal(started, run.GetProperty("start_time").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(started.AddMinutes(2), run.GetProperty("end_time").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Late_state_of_a_clock_that_is_ahead_or_behind_stays_in_its_order(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, id, now) = (await RunningAsync(host), Guid.NewGuid(), TimeProvider.System.GetUtcNow());

        var results = await ProposeAsync(
            host, Making(flowRun, id, "0", "RUNNING", Guid.NewGuid(), now.AddHours(1)), Setting(id, "COMPLETED", Guid.NewGuid(), now.AddHours(-1)));

        Assert.All(results, result => Assert.Equal("ACCEPT", result.Text("status")));
        Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(id.ToString(), "task_run"));
        Assert.True((await host.GetAsync($"task_runs/{id}")).Body.GetProperty("end_time").GetDateTimeOffset() < now.AddMinutes(30));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Late_states_of_a_flow_run_that_is_over_are_refused_with_the_reason(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, known, entered) = (await RunningAsync(host), Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddMinutes(-1));
        await ProposeAsync(host, Making(flowRun, known, "0", "RUNNING"));
        await host.SetStateAsync(flowRun, "CRASHED");

        var results = await ProposeAsync(host, Setting(known, "COMPLETED", Guid.NewGuid(), entered), Making(flowRun, Guid.NewGuid(), "1", "RUNNING", Guid.NewGuid(), entered));

        Assert.Equal(["409", "409"], results.Select(Outcome));
        Assert.All(results, result => Assert.Contains("is Crashed by now", result.GetProperty("fault").Text("detail"), StringComparison.Ordinal));
        Assert.Equal("RUNNING", (await host.GetAsync($"task_runs/{known}")).Body.Text("state_type"));
        Assert.Equal(1, (await host.PostAsync("task_runs/count", "{}")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Late_end_of_a_flow_run_keeps_its_moment_unless_the_run_is_over(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (open, over) = (await RunningAsync(host), await RunningAsync(host));
        await host.SetStateAsync(over, "CRASHED");
        var before = (await host.GetAsync($"flow_runs/{open}")).Body.GetProperty("start_time").GetDateTimeOffset();
        var late = new { state = new { type = "COMPLETED", state_details = new { transition_id = Guid.NewGuid() } }, entered = before.AddMilliseconds(1) };

        var stored = await host.PostAsync($"flow_runs/{open}/set_state", late);
        var refused = await host.PostAsync($"flow_runs/{over}/set_state", late);

        var again = await host.PostAsync($"flow_runs/{open}/set_state", late);

        Assert.Equal(("ACCEPT", "REJECT", 409), (stored.Body.Text("status"), again.Body.Text("status"), refused.Status));
        Assert.Contains("is Crashed by now", refused.Body.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(open));
        Assert.Equal(before.AddMilliseconds(1), (await host.GetAsync($"flow_runs/{open}")).Body.GetProperty("end_time").GetDateTimeOffset());
        Assert.Equal("CRASHED", (await host.GetAsync($"flow_runs/{over}")).Body.Text("state_type"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Process_whose_silence_was_taken_for_a_crash_tells_how_its_run_ended(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (flowRun, made, entered) = (await RunningAsync(host), Guid.NewGuid(), TimeProvider.System.GetUtcNow().AddMinutes(-1));
        var lease = await LeaseAsync(host, flowRun);
        await host.SetStateAsync(flowRun, "CRASHED");
        object[] told = [Making(flowRun, made, "0", "RUNNING", Guid.NewGuid(), entered), Setting(made, "COMPLETED", Guid.NewGuid(), entered)];
        var end = new { state = new { type = "COMPLETED", state_details = new { transition_id = Guid.NewGuid() } }, entered };

        var ofStranger = await ProposeAsync(host, Guid.NewGuid().ToString(), told);
        List<JsonElement> results = [.. await ProposeAsync(host, lease, told[0]), .. await ProposeAsync(host, lease, told[1])];
        var ended = await host.PostAsync($"flow_runs/{flowRun}/set_state", end, ("X-Reeve-Lease", lease));
        var again = await host.PostAsync($"flow_runs/{flowRun}/set_state", end, ("X-Reeve-Lease", lease));
        var more = await ProposeAsync(host, lease, Making(flowRun, Guid.NewGuid(), "1", "RUNNING", Guid.NewGuid(), entered));

        Assert.Equal("409", Outcome(ofStranger[0]));
        Assert.Equal(["ACCEPT", "ACCEPT"], results.Select(Outcome));
        Assert.Equal(("ACCEPT", "REJECT"), (ended.Body.Text("status"), again.Body.Text("status")));
        Assert.Equal(["Pending", "Running", "Crashed", "Completed"], await host.HistoryAsync(flowRun));
        Assert.Equal(["Pending", "Running", "Completed"], await host.HistoryAsync(made.ToString(), "task_run"));
        Assert.Equal("409", Outcome(Assert.Single(more))); // it is Completed by now, which is no conclusion
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Run_that_was_taken_by_somebody_else_after_its_crash_hears_nothing_late_of_the_first(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flowRun = await RunningAsync(host);
        var first = await LeaseAsync(host, flowRun);
        await host.SetStateAsync(flowRun, "CRASHED");
        await host.PostAsync($"flow_runs/{flowRun}/set_state", new { state = new { type = "PENDING" }, force = true });
        await LeaseAsync(host, flowRun);
        await host.SetStateAsync(flowRun, "CRASHED");

        var late = await host.PostAsync(
            $"flow_runs/{flowRun}/set_state",
            new { state = new { type = "COMPLETED", state_details = new { transition_id = Guid.NewGuid() } }, entered = TimeProvider.System.GetUtcNow() },
            ("X-Reeve-Lease", first));

        Assert.Equal(409, late.Status);
        Assert.Equal("CRASHED", (await host.GetAsync($"flow_runs/{flowRun}")).Body.Text("state_type"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task Too_few_or_too_many_are_refused(int count)
    {
        await using var host = await TestHost.StartAsync();
        var (status, body) = await host.PostAsync("task_runs/bulk_set_state", new { proposals = Enumerable.Range(0, count).Select(_ => Setting(Guid.NewGuid(), "RUNNING")) });
        Assert.Equal(422, status);
        Assert.Contains("1 to 500", body.ToString(), StringComparison.Ordinal);
    }

    private static object Making(string flowRun, Guid id, string key, string type, Guid? transition = null, DateTimeOffset? entered = null) => new
    {
        task_run = new { id, flow_run_id = flowRun, task_key = "t", dynamic_key = key },
        state = new { type, state_details = new { transition_id = transition } },
        entered,
    };

    private static object Setting(Guid id, string type, Guid? transition = null, DateTimeOffset? entered = null) =>
        new { task_run_id = id, state = new { type, state_details = new { transition_id = transition } }, entered };

    private static string Outcome(JsonElement result) => result.TryGetProperty("fault", out var fault) ? fault.Text("status_code") : result.Text("status");

    private static Task<List<JsonElement>> ProposeAsync(TestHost host, params object[] proposals) => ProposeAsync(host, null, proposals);

    private static async Task<List<JsonElement>> ProposeAsync(TestHost host, string? lease, params object[] proposals)
    {
        var (status, body) = await host.PostAsync("task_runs/bulk_set_state", new { proposals }, lease is null ? [] : [("X-Reeve-Lease", lease)]);
        Assert.True(status == 200, body.ToString());
        return [.. body.GetProperty("results").EnumerateArray()];
    }

    private static async Task<string> RunningAsync(TestHost host)
    {
        var run = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(run, "RUNNING");
        return run;
    }

    private static async Task<string> LeaseAsync(TestHost host, string flowRun)
    {
        var (status, body) = await host.PostAsync($"flow_runs/{flowRun}/lease", new { owner = "me", lease_seconds = 60 });
        Assert.True(status is 200 or 201, body.ToString());
        return body.Text("token");
    }
}
