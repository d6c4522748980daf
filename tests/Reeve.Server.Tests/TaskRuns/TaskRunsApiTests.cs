using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.TaskRuns;

public sealed class TaskRunsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_task_is_retried_cached_and_found(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flowRun = (await host.FlowRunAsync()).Text("id");
        var body = new { flow_run_id = flowRun, task_key = "flaky", dynamic_key = "0", name = "flaky-0", empirical_policy = new { retries = 1, retry_delay = 0 }, tags = new[] { "t" } };
        var created = await host.PostAsync("task_runs/", body);
        var again = await host.PostAsync("task_runs/", body);
        var run = created.Body.Text("id");
        Assert.Equal((201, 200, run), (created.Status, again.Status, again.Body.Text("id")));

        Assert.Equal("ABORT", (await SetAsync("RUNNING")).Verdict);
        await host.SetStateAsync(flowRun, "RUNNING");
        Assert.Equal("ACCEPT", (await SetAsync("RUNNING")).Verdict);
        Assert.Equal("REJECT", (await SetAsync("FAILED")).Verdict);
        Assert.Equal("Retrying", (await SetAsync("RUNNING")).Body.GetProperty("state").Text("name"));
        Assert.Equal("ACCEPT", (await SetAsync("COMPLETED", """{"data":{"type":"reference"},"state_details":{"cache_key":"key"}}""")).Verdict);

        var read = (await host.GetAsync($"task_runs/{run}")).Body;
        Assert.Equal(("2", "1", "COMPLETED"), (read.Text("run_count"), read.Text("flow_run_run_count"), read.Text("state_type")));
        Assert.Equal(["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"], await host.HistoryAsync(run, "task_run"));
        var other = (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "flaky", dynamic_key = "1" })).Body.Text("id");
        var cached = await host.SetStateAsync(other, "RUNNING", """{"state_details":{"cache_key":"key"}}""", noun: "task_runs");
        Assert.Equal((201, "REJECT", "Cached"), (cached.Status, cached.Verdict, cached.Body.GetProperty("state").Text("name")));
        var filtered = await host.PostAsync("task_runs/filter", $$"""{"task_runs":{"tags":{"all_":["t"]},"flow_run_id":{"any_":["{{flowRun}}"]} },"flows":{"name":{"any_":["hello"]} },"flow_runs":{"state":{"type":{"any_":["RUNNING"]} } } }""");
        Assert.Equal(run, Assert.Single(filtered.Body.EnumerateArray()).Text("id"));
        Assert.Equal(2, (await host.PostAsync("task_runs/count", "{}")).Body.GetInt32());

        Task<(int Status, string? Verdict, System.Text.Json.JsonElement Body)> SetAsync(string type, string more = "{}") => host.SetStateAsync(run, type, more, noun: "task_runs");
    }

    [Fact]
    public async Task A_task_run_of_no_flow_run_is_not_found()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(404, (await host.PostAsync("task_runs/", new { flow_run_id = Guid.NewGuid(), task_key = "t", dynamic_key = "0" })).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_task_run_outside_of_flows_is_made_once(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var first = await host.PostAsync("task_runs/", new { task_key = "t", dynamic_key = "0" });
        var again = await host.PostAsync("task_runs/", new { task_key = "t", dynamic_key = "0" });
        var other = await host.PostAsync("task_runs/", new { task_key = "t", dynamic_key = "1" });

        Assert.Equal((201, 200, 201), (first.Status, again.Status, other.Status));
        Assert.Equal(first.Body.Text("id"), again.Body.Text("id"));
        Assert.NotEqual(first.Body.Text("id"), other.Body.Text("id"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_bear_the_labels_of_what_they_belong_to(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", new { name = "labelled", labels = new { team = "a", level = 1 } })).Body.Text("id");
        var flowRun = (await host.PostAsync("flow_runs/", new { flow_id = flow, labels = new { level = 2 } })).Body;
        var taskRun = (await host.PostAsync("task_runs/", new { flow_run_id = flowRun.Text("id"), task_key = "t", dynamic_key = "0", labels = new { team = "b" } })).Body;

        Assert.Equal(("a", "2", flow), (flowRun.GetProperty("labels").Text("team"), flowRun.GetProperty("labels").Text("level"), flowRun.GetProperty("labels").Text("prefect.flow.id")));
        var stored = (await host.GetAsync($"flow_runs/{flowRun.Text("id")}")).Body.GetProperty("labels");
        Assert.True(System.Text.Json.JsonElement.DeepEquals(flowRun.GetProperty("labels"), stored), stored.ToString());
        var labels = taskRun.GetProperty("labels");
        Assert.Equal(("b", "2", flow, flowRun.Text("id")), (labels.Text("team"), labels.Text("level"), labels.Text("prefect.flow.id"), labels.Text("prefect.flow-run.id")));
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("[1,\"soon\"]")]
    [InlineData("{}")]
    public async Task A_delay_that_is_none_is_refused(string delay)
    {
        await using var host = await TestHost.StartAsync();
        var (status, body) = await host.PostAsync("task_runs/", $$"""{"task_key":"t","dynamic_key":"0","empirical_policy":{"retries":1,"retry_delay":{{delay}} } }""");
        Assert.True(status == 422, body.ToString());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_result_is_cached_until_it_expires_unless_it_is_to_be_made_anew(DatabaseKind kind)
    {
        var clock = new StillClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var flowRun = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        await CompleteAsync($$"""{"cache_key":"k","cache_expiration":"{{clock.GetUtcNow().AddMinutes(10):O}}"}""");

        Assert.Equal("Cached", await StartAsync("""{"cache_key":"k"}"""));
        Assert.Equal("Running", await StartAsync("""{"cache_key":"other"}"""));
        Assert.Equal("Running", await StartAsync("""{"cache_key":"k","refresh_cache":true}"""));
        clock.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal("Running", await StartAsync("""{"cache_key":"k"}"""));
        await CompleteAsync("""{"cache_key":"k"}""");
        Assert.Equal("Cached", await StartAsync("""{"cache_key":"k"}"""));
        await CompleteAsync("""{"cache_key":"forced"}""", force: true);
        Assert.Equal("Running", await StartAsync("""{"cache_key":"forced"}"""));

        async Task CompleteAsync(string details, bool force = false)
        {
            var run = await NewAsync();
            Assert.Equal("ACCEPT", (await host.SetStateAsync(run, "RUNNING", noun: "task_runs")).Verdict);
            Assert.Equal("ACCEPT", (await host.SetStateAsync(run, "COMPLETED", $$"""{"data":{"type":"reference","storage_key":"s"},"state_details":{{details}} }""", force, noun: "task_runs")).Verdict);
        }

        async Task<string> StartAsync(string details) =>
            (await host.SetStateAsync(await NewAsync(), "RUNNING", $$"""{"state_details":{{details}} }""", noun: "task_runs")).Body.GetProperty("state").Text("name");

        async Task<string> NewAsync() =>
            (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = Guid.NewGuid().ToString() })).Body.Text("id");
    }
}
