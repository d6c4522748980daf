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
}
