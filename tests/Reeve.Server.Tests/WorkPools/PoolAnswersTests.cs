using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.WorkPools;

/// <summary>What clients look for in the answers about pools, queues and the runs that wait there.</summary>
public sealed class PoolAnswersTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory]
    [InlineData("work_pools/", """{"name": "' '"}""", 422, "name cannot be an empty string")]
    [InlineData("work_pools/", """{"name": " "}""", 422, "name cannot be an empty string")]
    [InlineData("work_pools/", """{"name": ""}""", 422, "String should match pattern")]
    [InlineData("work_pools/", """{"name": "Prefect Pool"}""", 403, "reserved for internal use")]
    [InlineData("work_pools/", """{"name": "a", "storage_configuration": {"misspelt": 1}}""", 422, "Extra inputs are not permitted")]
    [InlineData("work_pools/", """{"name": "a", "base_job_template": {"foo": 1}}""", 422, "must contain both a `job_configuration` key and a `variables` key")]
    [InlineData("work_queues/", """{"name": "work%queue"}""", 422, "String should match pattern")]
    [InlineData("flows/", """{"name": "my/flow"}""", 422, "String should match pattern")]
    [InlineData("task_runs/", """{"task_key": "k", "dynamic_key": "0", "empirical_policy": {"retry_jitter_factor": -100}}""", 422, "`retry_jitter_factor` must be >= 0.")]
    public async Task What_cannot_be_made_is_refused_in_words_that_clients_know(string path, string body, int status, string words)
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.PostAsync(path, body);

        Assert.Equal(status, answer.Status);
        Assert.Contains(words, System.Text.RegularExpressions.Regex.Unescape(answer.Body.GetRawText()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_retry_delays_are_the_most_and_an_id_belongs_to_one_run()
    {
        await using var host = await TestHost.StartAsync();
        var id = Guid.NewGuid();

        Assert.Equal((201, 422), (await DelaysAsync(50), await DelaysAsync(51)));
        Assert.Equal((201, 200, 409), (await RunAsync("a"), await RunAsync("a"), await RunAsync("b")));

        async Task<int> DelaysAsync(int count) => (await host.PostAsync("task_runs/", new { task_key = "k", dynamic_key = "d", empirical_policy = new { retries = 3, retry_delay = Enumerable.Range(0, count) } })).Status;
        async Task<int> RunAsync(string key) => (await host.PostAsync("task_runs/", new { id, task_key = "k", dynamic_key = key })).Status;
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Slots_in_use_are_told_where_there_is_a_limit(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = (await host.PostAsync("work_pools/", """{"name": "p", "type": "process", "concurrency_limit": 5}""")).Body;
        var queue = (await host.PostAsync("work_pools/p/queues", """{"name": "q", "concurrency_limit": 2}""")).Body;
        var free = (await host.PostAsync("work_pools/p/queues", """{"name": "free"}""")).Body;
        Assert.Equal(("0", "0", ""), (pool.Text("active_slots"), queue.Text("active_slots"), free.Text("active_slots")));
        foreach (var (name, state) in ((string, string)[])[("q", "RUNNING"), ("q", "COMPLETED"), ("free", "PENDING"), ("free", "SCHEDULED"), ("free", "CANCELLING")])
            await host.FlowRunAsync($$"""{"work_pool_name": "p", "work_queue_name": "{{name}}", "state": {"type": "{{state}}"} }""");

        Assert.Equal(("3", "1", ""), (
            (await host.GetAsync("work_pools/p")).Body.Text("active_slots"), (await host.GetAsync("work_pools/p/queues/q")).Body.Text("active_slots"),
            (await host.GetAsync("work_pools/p/queues/free")).Body.Text("active_slots")));
        Assert.Equal("3", (await host.PostAsync("work_pools/filter", """{"work_pools": {"name": {"any_": ["p"]}}}""")).Body[0].Text("active_slots"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_makes_the_queue_it_names_but_not_the_pool(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("work_pools/", """{"name": "p", "type": "process"}""");
        var flow = await host.FlowAsync();

        var known = await host.PostAsync("flow_runs/", new { flow_id = flow, work_pool_name = "p" });
        var made = await host.PostAsync("flow_runs/", new { flow_id = flow, work_pool_name = "p", work_queue_name = "new" });
        var none = await host.PostAsync("flow_runs/", new { flow_id = flow, work_pool_name = "gone" });

        Assert.Equal(("p", "default", "p", "new"), (known.Body.Text("work_pool_name"), known.Body.Text("work_queue_name"), made.Body.Text("work_pool_name"), made.Body.Text("work_queue_name")));
        Assert.Equal(200, (await host.GetAsync("work_pools/p/queues/new")).Status);
        Assert.Equal((404, "Work pool \"gone\" not found."), (none.Status, none.Body.Text("detail")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_page_of_nothing_still_counts(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        await host.PostAsync("task_runs/", new { flow_run_id = run, task_key = "k", dynamic_key = "0" });
        await host.PostAsync("deployments/", new { name = "d", flow_id = await host.FlowAsync() });

        foreach (var noun in (string[])["flows", "flow_runs", "task_runs", "deployments"])
        {
            var (status, page) = await host.PostAsync($"{noun}/paginate", """{"limit": 0}""");
            Assert.Equal((noun, 200, 0, "1", "0", "0", "1"), (noun, status, page.GetProperty("results").GetArrayLength(), page.Text("count"), page.Text("limit"), page.Text("pages"), page.Text("page")));
        }
    }
}
