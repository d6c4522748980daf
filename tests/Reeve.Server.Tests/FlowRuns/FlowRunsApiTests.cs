using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class FlowRunsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_goes_its_way_and_its_history_events_and_sums_agree(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var created = await host.FlowRunAsync("""{"empirical_policy":{"retries":1,"retry_delay":0},"tags":["t"],"parameters":{"n":1},"labels":{"a-label-of-my-own":"b"}}""");
        var run = created.Text("id");

        Assert.Equal(Strip(created.ToString()), Strip((await host.GetAsync($"flow_runs/{run}")).Body.ToString()));
        Assert.Equal((201, "ACCEPT"), await VerdictAsync(host.SetStateAsync(run, "RUNNING")));
        Assert.Equal((201, "REJECT"), await VerdictAsync(host.SetStateAsync(run, "FAILED", """{"message":"no"}""")));
        Assert.Equal((201, "ACCEPT"), await VerdictAsync(host.SetStateAsync(run, "RUNNING")));
        Assert.Equal((201, "ACCEPT"), await VerdictAsync(host.SetStateAsync(run, "COMPLETED", """{"data":{"type":"reference","storage_key":"k"}}""")));
        Assert.Equal((200, "REJECT"), await VerdictAsync(host.SetStateAsync(run, "RUNNING")));
        Assert.Equal((200, "ABORT"), await VerdictAsync(host.SetStateAsync(run, "CRASHED")));

        var read = (await host.GetAsync($"flow_runs/{run}")).Body;
        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Running", "Completed"], await host.HistoryAsync(run));
        Assert.Equal(("COMPLETED", "2", "k"), (read.Text("state_type"), read.Text("run_count"), read.GetProperty("state").GetProperty("data").Text("storage_key")));
        Assert.Equal(await StateIdsAsync(host, run), await EventIdsAsync(host, run));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_idempotency_key_makes_one_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await host.FlowAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.PostAsync("flow_runs/", new { flow_id = flow, idempotency_key = "once" })));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(7, answers.Count(answer => answer.Status == 200));
        Assert.Single(answers.Select(answer => answer.Body.Text("id")).Distinct());
        Assert.Equal(1, (await host.PostAsync("flow_runs/count", "{}")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_two_that_take_a_run_one_is_sent_away(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        for (var round = 0; round < 5; round++)
        {
            var run = (await host.FlowRunAsync("""{"state":{"type":"SCHEDULED"}}""")).Text("id");
            var verdicts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.SetStateAsync(run, "PENDING")));
            Assert.Single(verdicts, verdict => verdict.Verdict == "ACCEPT");
            Assert.Equal(5, verdicts.Count(verdict => verdict.Verdict == "ABORT"));
            Assert.Equal(["Scheduled", "Pending"], await host.HistoryAsync(run));
        }
    }

    [Fact]
    public async Task Job_variables_change_only_while_the_run_is_scheduled()
    {
        await using var host = await TestHost.StartAsync();
        var flow = await host.FlowAsync();
        var deployment = (await host.PostAsync("deployments/", new { name = "d", flow_id = flow })).Body.Text("id");
        var run = (await host.PostAsync("flow_runs/", new { flow_id = flow, deployment_id = deployment, state = new { type = "SCHEDULED" } })).Body.Text("id");
        var loose = (await host.FlowRunAsync("""{"state":{"type":"SCHEDULED"}}""")).Text("id");
        var change = new { job_variables = new { image = "new" } };

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}", change)).Status);
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{loose}", change)).Status);
        await host.SetStateAsync(run, "PENDING");
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}", new { job_variables = new { image = "newer" } })).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}", new { infrastructure_pid = "host:1" })).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{Guid.NewGuid()}", change)).Status);
        Assert.Equal("new", (await host.GetAsync($"flow_runs/{run}")).Body.GetProperty("job_variables").Text("image"));
    }

    [Fact]
    public async Task A_repeated_transition_id_stores_nothing_twice()
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync()).Text("id");
        var details = $$"""{"state_details":{"transition_id":"{{Guid.NewGuid()}}"} }""";

        var first = await host.SetStateAsync(run, "RUNNING", details);
        var second = await host.SetStateAsync(run, "RUNNING", details);

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(first.Body.GetProperty("state").Text("id"), second.Body.GetProperty("state").Text("id"));
        Assert.Equal(["Pending", "Running"], await host.HistoryAsync(run));
    }

    [Fact]
    public async Task Too_early_a_start_is_told_how_long_to_wait()
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync("""{"state":{"type":"SCHEDULED","state_details":{"scheduled_time":"2999-01-01T00:00:00Z"}}}""")).Text("id");

        var (status, verdict, body) = await host.SetStateAsync(run, "RUNNING");

        Assert.Equal((200, "WAIT"), (status, verdict));
        Assert.True(body.GetProperty("details").GetProperty("delay_seconds").GetInt64() > 1000);
        Assert.Equal(["Scheduled"], await host.HistoryAsync(run));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_are_found_counted_and_paged(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        for (var i = 0; i < 5; i++)
        {
            var run = await host.FlowRunAsync($$"""{"name":"run-{{i}}","tags":["t{{i % 2}}","all"],"flow_version":"{{i}}","state":{"type":"SCHEDULED","state_details":{"scheduled_time":"2030-01-0{{i + 1}}T00:00:00Z"} } }""");
            if (i == 4)
                await host.SetStateAsync(run.Text("id"), "CANCELLED");
        }

        Assert.Equal("4 3 2 1 0", await NamesAsync("""{"sort":"EXPECTED_START_TIME_DESC"}"""));
        Assert.Equal("0 2 4", await NamesAsync("""{"sort":"NAME_ASC","flow_runs":{"tags":{"all_":["t0","all"]}}}"""));
        Assert.Equal("4", await NamesAsync("""{"flow_runs":{"state":{"type":{"any_":["CANCELLED"]}}}}"""));
        Assert.Equal("0 1 2 3", await NamesAsync("""{"sort":"NAME_ASC","flow_runs":{"state":{"type":{"not_any_":["CANCELLED"]}}}}"""));
        Assert.Equal("3 4", await NamesAsync("""{"sort":"NAME_ASC","flow_runs":{"expected_start_time":{"after_":"2030-01-04T00:00:00Z"}}}"""));
        Assert.Equal("0 1", await NamesAsync("""{"sort":"NEXT_SCHEDULED_START_TIME_ASC","limit":2,"flow_runs":{"next_scheduled_start_time":{"before_":"2030-01-04T00:00:00Z"}}}"""));
        Assert.Equal("2 1", await NamesAsync("""{"sort":"NAME_DESC","limit":2,"offset":2}"""));
        Assert.Equal("1 3", await NamesAsync("""{"sort":"NAME_ASC","flow_runs":{"operator":"or_","name":{"any_":["run-3"]},"flow_version":{"any_":["1"]}}}"""));
        Assert.Equal("0 1 2 3 4", await NamesAsync("""{"sort":"NAME_ASC","flows":{"name":{"any_":["hello"]}}}"""));
        Assert.Equal("", await NamesAsync("""{"flows":{"name":{"any_":["other"]}}}"""));
        Assert.Equal("", await NamesAsync("""{"flow_runs":{"id":{"any_":[]}}}"""));
        Assert.Equal("", await NamesAsync("""{"deployments":{"name":{"any_":["d"]}},"work_pools":{"name":{"any_":["p"]}},"work_pool_queues":{"name":{"any_":["q"]}},"task_runs":{"name":{"like_":"x"}}}"""));
        Assert.Equal("0 1 2 3 4", await NamesAsync("""{"sort":"NAME_ASC","flow_runs":{"deployment_id":{"is_null_":true},"parent_task_run_id":{"is_null_":true},"work_queue_name":{"is_null_":true},"start_time":null}}"""));
        Assert.Equal(4, (await host.PostAsync("flow_runs/count", """{"flow_runs":{"state":{"name":{"any_":["Scheduled"]}}}}""")).Body.GetInt32());
        foreach (var sort in (string[])["ID_DESC", "START_TIME_ASC", "START_TIME_DESC", "EXPECTED_START_TIME_ASC", "NAME_DESC", "END_TIME_DESC"])
            Assert.Equal(5, (await NamesAsync($$"""{"sort":"{{sort}}"}""")).Split(' ').Length);

        async Task<string> NamesAsync(string query)
        {
            var (status, body) = await host.PostAsync("flow_runs/filter", query);
            Assert.Equal(200, status);
            return string.Join(' ', body.EnumerateArray().Select(run => run.Text("name")[4..]));
        }
    }

    [Fact]
    public async Task A_run_is_changed_labelled_and_deleted_with_all_that_is_its()
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync("""{"labels":{"a":1}}""")).Text("id");
        await host.PostAsync("logs/", $$"""[{"name":"l","level":20,"message":"m","timestamp":"2026-01-01T00:00:00Z","flow_run_id":"{{run}}"}]""");

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}", """{"infrastructure_pid":"host:1","name":"new","tags":["x"]}""")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}/labels", """{"b":true}""")).Status);
        var read = (await host.GetAsync($"flow_runs/{run}")).Body;
        var labels = read.GetProperty("labels");
        Assert.Equal(("host:1", "new", "1", "True"), (read.Text("infrastructure_pid"), read.Text("name"), labels.Text("a"), labels.Text("b")));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"flow_runs/{run}", """{"infrastructure_pid":null}""")).Status);
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync($"flow_runs/{run}")).Body.GetProperty("infrastructure_pid").ValueKind);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{run}")).Status);
        Assert.Equal(404, (await host.GetAsync($"flow_runs/{run}")).Status);
        Assert.Equal(404, (await host.SetStateAsync(run, "RUNNING")).Status);
        Assert.Equal("[]", (await host.PostAsync("logs/filter", "{}")).Body.GetRawText());
        Assert.Empty(await host.HistoryAsync(run));
    }

    [Fact]
    public async Task A_run_of_no_flow_is_not_found()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(404, (await host.PostAsync("flow_runs/", new { flow_id = Guid.NewGuid() })).Status);
    }

    [Fact]
    public async Task A_paused_run_resumes()
    {
        await using var host = await TestHost.StartAsync();
        var run = (await host.FlowRunAsync()).Text("id");
        Assert.Equal("ABORT", (await host.PostAsync($"flow_runs/{run}/resume", "{}")).Body.Text("status"));
        await host.SetStateAsync(run, "RUNNING");
        await host.SetStateAsync(run, "PAUSED", """{"state_details":{"pause_key":"k","pause_timeout":"2999-01-01T00:00:00Z"}}""");

        var resumed = await host.PostAsync($"flow_runs/{run}/resume", "{}");

        Assert.Equal((201, "ACCEPT"), (resumed.Status, resumed.Body.Text("status")));
        Assert.Equal(["Pending", "Running", "Paused", "Running"], await host.HistoryAsync(run));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_subflow_moves_the_task_run_that_stands_for_it(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var parent = (await host.FlowRunAsync()).Text("id");
        var task = (await host.PostAsync("task_runs/", new { flow_run_id = parent, task_key = "child", dynamic_key = "0" })).Body.Text("id");
        var child = (await host.FlowRunAsync($$"""{"parent_task_run_id":"{{task}}"}""")).Text("id");
        await host.SetStateAsync(child, "RUNNING");
        await host.SetStateAsync(child, "COMPLETED");

        var stands = (await host.GetAsync($"task_runs/{task}")).Body;

        Assert.Equal(["Pending", "Pending", "Running", "Completed"], await host.HistoryAsync(task, "task_run"));
        Assert.Equal(child, stands.GetProperty("state").GetProperty("state_details").Text("child_flow_run_id"));
        Assert.Equal(child, (await host.PostAsync("flow_runs/filter", $$"""{"flow_runs":{"parent_flow_run_id":{"any_":["{{parent}}"]} } }""")).Body[0].Text("id"));
    }

    private static async Task<(int, string?)> VerdictAsync(Task<(int Status, string? Verdict, JsonElement Body)> answer)
    {
        var (status, verdict, _) = await answer;
        return (status, verdict);
    }

    private static async Task<List<string>> StateIdsAsync(TestHost host, string run) =>
        [.. (await host.GetAsync($"flow_run_states/?flow_run_id={run}")).Body.EnumerateArray().Select(state => state.Text("id"))];

    private static async Task<List<string>> EventIdsAsync(TestHost host, string run) => await host.Database.ReadAsync(
        session => session.QueryAsync("""select id from event where resource_id = @r order by "offset" """, row => row.Id(0).ToString(), ("r", $"prefect.flow-run.{run}")),
        TestHost.Cancellation);

    private static string Strip(string run) => System.Text.RegularExpressions.Regex.Replace(run, "\"(estimated_start_time_delta|estimated_run_time)\": ?[0-9.eE+-]+", "").Replace(" ", "", StringComparison.Ordinal);
}
