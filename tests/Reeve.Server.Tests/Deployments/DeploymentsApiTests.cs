using System.Text.Json;
using Reeve.Server.Tests.Storage;
using Reeve.Server.Tests.WorkPools;

namespace Reeve.Server.Tests.Deployments;

public sealed class DeploymentsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static async Task<string> FlowAsync(TestHost host) => Text((await host.PostAsync("flows/", """{"name": "etl"}""")).Body, "id")!;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_second_create_replaces_and_keeps_the_id_and_the_same_schedules(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await FlowAsync(host);
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        const string Midnight = """{"schedule": {"cron": "0 0 * * *", "timezone": "America/Chicago"}}""";

        var first = await host.PostAsync("deployments/", $$"""{"name": "nightly", "flow_id": "{{flow}}", "work_pool_name": "local", "tags": ["a"], "schedules": [{{Midnight}}, {"schedule": {"interval": 60} }]}""");
        var second = await host.PostAsync("deployments/", $$"""{"name": "nightly", "flow_id": "{{flow}}", "work_pool_name": "local", "work_queue_name": "fast", "schedules": [{{Midnight}}]}""");

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(Text(first.Body, "id"), Text(second.Body, "id"));
        Assert.Equal(("default", "fast"), (Text(first.Body, "work_queue_name"), Text(second.Body, "work_queue_name")));
        Assert.Equal(Text(first.Body.GetProperty("schedules")[1], "id"), Text(Assert.Single(second.Body.GetProperty("schedules").EnumerateArray()), "id"));
        Assert.Equal("a", second.Body.GetProperty("tags")[0].GetString()); // 2.x clients replace what they do not mention, see below
        Assert.Equal(flow, Text(second.Body.GetProperty("labels"), "prefect.flow.id"));
        Assert.Equal(second.Body.GetRawText(), (await host.GetAsync("deployments/name/etl/nightly")).Body.GetRawText());
        Assert.Equal("Deployment not found", Text((await host.GetAsync("deployments/name/etl/other")).Body, "detail"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Both_lines_of_clients_find_their_fields(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await FlowAsync(host);

        var made = (await host.PostAsync("deployments/", $$"""
            {"name": "old", "flow_id": "{{flow}}", "infra_overrides": {"env": {"A": "b"} }, "schedule": {"rrule": "FREQ=DAILY"}, "is_schedule_active": false, "work_queue_name": "dev"}
            """)).Body;

        Assert.Equal("b", Text(made.GetProperty("job_variables").GetProperty("env"), "A"));
        Assert.Equal("b", Text(made.GetProperty("infra_overrides").GetProperty("env"), "A"));
        Assert.Equal("FREQ=DAILY", Text(made.GetProperty("schedule"), "rrule"));
        Assert.Equal("FREQ=DAILY", Text(made.GetProperty("schedules")[0].GetProperty("schedule"), "rrule"));
        Assert.True(made.GetProperty("paused").GetBoolean());
        Assert.False(made.GetProperty("is_schedule_active").GetBoolean());
        Assert.Equal(("dev", "default-agent-pool"), (Text(made, "work_queue_name"), Text(made, "work_pool_name")));
    }

    [Theory]
    [InlineData("""{"work_pool_name": "nowhere"}""", 404, "Work pool \"nowhere\" not found.")]
    [InlineData("""{"flow_id": "00000000-0000-0000-0000-000000000001"}""", 404, "Flow 00000000-0000-0000-0000-000000000001 not found")]
    [InlineData("""{"name": "a/b"}""", 422, "String should match pattern")]
    [InlineData("""{"schedules": [{"schedule": {"cron": "99 * * * *"}}, {"schedule": {"interval": -1}}]}""", 422, "minute '99'")]
    [InlineData("""{"schedules": [{"schedule": {"cron": "99 * * * *"}}, {"schedule": {"interval": -1}}]}""", 422, "expected seconds above 0")]
    public async Task A_wrong_deployment_is_refused_and_nothing_is_stored(string change, int status, string message)
    {
        await using var host = await TestHost.StartAsync();
        var flow = await FlowAsync(host);

        var answer = await host.PostAsync("deployments/", PoolOfRuns.Merge($$"""{"name": "nightly", "flow_id": "{{flow}}"}""", change));

        Assert.Equal(status, answer.Status);
        Assert.Contains(message, JsonSerializer.Serialize(answer.Body).Replace("\\u0022", "\"", StringComparison.Ordinal).Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(0, (await host.PostAsync("deployments/count", "{}")).Body.GetInt32());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Patch_changes_what_is_given(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"description": "first", "parameters": {"a": 1}, "entrypoint": "f.py:f"}""");
        var path = $"deployments/{pool.DeploymentId}";

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"description": null, "parameters": {"b": 2}, "work_queue_name": "fast"}""")).Status);

        var read = (await host.GetAsync(path)).Body;
        Assert.Equal((JsonValueKind.Null, 2, "f.py:f", "fast", "local"), (
            read.GetProperty("description").ValueKind, read.GetProperty("parameters").GetProperty("b").GetInt32(), Text(read, "entrypoint"), Text(read, "work_queue_name"), Text(read, "work_pool_name")));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, path, """{"work_pool_name": "nowhere"}""")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, $"deployments/{Guid.NewGuid()}", "{}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_of_a_deployment_inherits_and_is_made_once_per_key(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"parameters": {"a": 1, "b": 2}, "tags": ["nightly"], "version": "7", "job_variables": {"env": {}}}""");
        const string Body = """{"parameters": {"b": 3}, "tags": ["mine"], "labels": {"team": "x"}, "job_variables": {"image": "y"}, "idempotency_key": "k", "name": "chosen"}""";

        var first = await host.PostAsync($"deployments/{pool.DeploymentId}/create_flow_run", Body);
        var second = await host.PostAsync($"deployments/{pool.DeploymentId}/create_flow_run", Body);

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal(Text(first.Body, "id"), Text(second.Body, "id"));
        var run = (await host.GetAsync($"flow_runs/{Text(first.Body, "id")}")).Body;
        Assert.Equal((1, 3), (run.GetProperty("parameters").GetProperty("a").GetInt32(), run.GetProperty("parameters").GetProperty("b").GetInt32()));
        Assert.Equal(["nightly", "mine"], run.GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal((pool.DeploymentId, "x"), (Text(run.GetProperty("labels"), "prefect.deployment.id"), Text(run.GetProperty("labels"), "team")));
        Assert.Equal("y", Text(run.GetProperty("job_variables"), "image"));
        Assert.Equal(("chosen", "7", "SCHEDULED", "local", "default"), (
            Text(run, "name"), Text(run, "deployment_version"), Text(run, "state_type"), Text(run, "work_pool_name"), Text(run, "work_queue_name")));
        Assert.Equal(404, (await host.PostAsync($"deployments/{Guid.NewGuid()}/create_flow_run", "{}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Parameters_are_held_against_the_schema_where_that_is_asked_for(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """
            {"enforce_parameter_schema": true, "parameter_openapi_schema": {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"}}, "required": ["n", "m"]}}
            """);
        var path = $"deployments/{pool.DeploymentId}/create_flow_run";

        var refused = await host.PostAsync(path, """{"parameters": {"n": "one", "s": 5}}""");

        Assert.Equal(409, refused.Status);
        foreach (var fault in (string[])["field 'n'. Failure reason: 'one' is not of type 'integer'", "field 's'. Failure reason: 5 is not of type 'string'", "'m' is a required property"])
            Assert.Contains(fault, Text(refused.Body, "detail"), StringComparison.Ordinal);
        Assert.Equal(201, (await host.PostAsync(path, """{"parameters": {"n": "one"}, "enforce_parameter_schema": false}""")).Status);
        Assert.Equal(201, (await host.PostAsync(path, """{"parameters": {"n": 1, "m": null, "s": null}}""")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Deletion_takes_schedules_and_scheduled_runs_along_and_leaves_the_others(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        var kept = await pool.RunAsync();
        await pool.ClaimAsync();
        var dropped = await pool.RunAsync(dueInSeconds: 100);

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"deployments/{pool.DeploymentId}")).Status);

        Assert.Equal((200, 404), ((await host.GetAsync($"flow_runs/{kept}")).Status, (await host.GetAsync($"flow_runs/{dropped}")).Status));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"deployments/{pool.DeploymentId}")).Status);
        Assert.Equal(404, (await host.GetAsync($"deployments/{pool.DeploymentId}/schedules")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Deployments_are_filtered_counted_and_paged(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await FlowAsync(host);
        foreach (var name in (string[])["a", "b", "c"])
            await host.PostAsync("deployments/", new { name, flow_id = flow, tags = new[] { name, "all" }, paused = name == "c" });

        var page = (await host.PostAsync("deployments/paginate", """{"limit": 2, "page": 2, "sort": "NAME_ASC"}""")).Body;

        Assert.Equal((3, 2, "c"), (page.GetProperty("count").GetInt32(), page.GetProperty("pages").GetInt32(), Text(Assert.Single(page.GetProperty("results").EnumerateArray()), "name")));
        Assert.Equal(1, (await host.PostAsync("deployments/count", """{"deployments": {"paused": {"eq_": true}}}""")).Body.GetInt32());
        Assert.Equal("b", Text(Assert.Single((await host.PostAsync("deployments/filter", """{"deployments": {"tags": {"all_": ["b", "all"]}}}""")).Body.EnumerateArray()), "name"));
        Assert.Equal(3, (await host.PostAsync("deployments/filter", """{"flows": {"name": {"any_": ["etl"]}}}""")).Body.GetArrayLength());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_poll_makes_queue_and_deployment_ready(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        var path = $"deployments/{pool.DeploymentId}";
        Assert.Equal("NOT_READY", Text((await host.GetAsync(path)).Body, "status"));

        await host.PostAsync("work_pools/local/get_scheduled_flow_runs", "{}");

        Assert.Equal("READY", Text((await host.GetAsync(path)).Body, "status"));
        Assert.Equal("READY", Text((await host.GetAsync("work_pools/local/queues/default")).Body, "status"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_runner_gets_the_scheduled_runs_of_its_deployments(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        var id = await pool.RunAsync();
        await pool.RunAsync(dueInSeconds: 3600);
        var before = TimeProvider.System.GetUtcNow().AddMinutes(1).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", null) + "+00:00";

        var found = await host.PostAsync("deployments/get_scheduled_flow_runs", $$"""{"deployment_ids": ["{{pool.DeploymentId}}"], "scheduled_before": "{{before}}"}""");

        Assert.Equal(id, Text(Assert.Single(found.Body.EnumerateArray()), "id"));
        Assert.Equal(422, (await host.PostAsync("deployments/get_scheduled_flow_runs", "{}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Who_serves_deployments_is_told_of_a_run_as_it_is_made_and_not_of_those_it_knows(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        var known = await pool.RunAsync();
        var asked = host.PostAsync("deployments/get_scheduled_flow_runs", $$"""{"deployment_ids": ["{{pool.DeploymentId}}"], "exclude_ids": ["{{known}}"]}""", ("Prefer", "wait=60"));
        while ((await host.GetAsync($"deployments/{pool.DeploymentId}")).Body.GetProperty("last_polled").ValueKind is JsonValueKind.Null)
            Assert.False(asked.IsCompleted);

        var made = await pool.RunAsync();

        var told = await asked.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal([made], told.Body.EnumerateArray().Select(run => run.Text("id")));
    }
}
