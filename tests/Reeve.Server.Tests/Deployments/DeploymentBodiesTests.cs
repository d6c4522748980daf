using System.Text.Json;
using Reeve.Server.Tests.Storage;
using Reeve.Server.Tests.WorkPools;

namespace Reeve.Server.Tests.Deployments;

/// <summary>What bodies may ask of a deployment, and what they are answered.</summary>
public sealed class DeploymentBodiesTests
{
    private const string Template = """
        {"base_job_template": {"job_configuration": {"image": "{{ image }}"}, "variables": {"type": "object", "required": ["cpu"], "properties":
        {"image": {"type": "string", "default": "base"}, "cpu": {"type": "integer", "minimum": 1}, "env": {"type": "object"}, "wrong": {"type": "integer"}}}}}
        """;

    private static readonly (string, string) Two = ("User-Agent", "prefect/2.20.25 (API 0.8.4)");

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory]
    [InlineData("""{"concurrency_limit": 0}""", 422, "concurrency_limit")]
    [InlineData("""{"concurrency_options": {"collision_strategy": "WAIT"}}""", 422, "ENQUEUE")]
    [InlineData("""{"concurrency_options": {"collision_strategy": "ENQUEUE", "grace_period_seconds": 5}}""", 422, "between 60 and 86400")]
    [InlineData("""{"parameters": [1]}""", 422, "valid dictionary")]
    [InlineData("""{"enforce_parameter_schema": true, "parameter_openapi_schema": {"properties": {"a": {"type": "text"}}}}""", 422, "'text' is not valid under any of the given schemas")]
    [InlineData("""{"enforce_parameter_schema": true, "parameter_openapi_schema": {"properties": {"a": {"enum": 5}}}}""", 422, "expected a list")]
    [InlineData("""{"concurrency_limit": 1, "global_concurrency_limit_id": "00000000-0000-0000-0000-000000000009"}""", 422, "both a concurrency limit and a global concurrency limit")]
    [InlineData("""{"enforce_parameter_schema": true, "parameter_openapi_schema": {"properties": {"a": {"type": "integer"}}}, "parameters": {"a": "x"}}""", 422, "Validation failed for field 'a'. Failure reason: 'x' is not of type 'integer'")]
    [InlineData("""{"schedules": [{"schedule": {"cron": "* * * * *"}, "max_scheduled_runs": 0}]}""", 422, "max_scheduled_runs")]
    [InlineData("""{"schedules": [{"schedule": {"cron": "0 0 30 2 *"}}]}""", 422, "never fires")]
    [InlineData("""{"schedules": [{"schedule": {"cron": "* * * * *", "timezone": "Mars/Olympus"}}]}""", 422, "time zone")]
    [InlineData("""{"schedules": [{"schedule": {"interval": 0}}]}""", 422, "above 0")]
    [InlineData("""{"schedules": [{"schedule": {"interval": 1e300}}]}""", 422, "above 0")]
    [InlineData("""{"schedules": [{"schedule": {"rrule": "FREQ=DAILY;COUNT=99999999999999999999"}}]}""", 422, "COUNT")]
    [InlineData("""{"schedules": [{"schedule": {"interval": 60}, "slug": "a"}, {"schedule": {"interval": 90}, "slug": "a"}]}""", 422, "two schedules")]
    [InlineData("""{"job_variables": {"cpu": "many"}}""", 422, "field 'cpu'. Failure reason: a string is not of type")]
    [InlineData("""{"job_variables": {"cpu": 0}}""", 422, "0 is less than the minimum of 1")]
    [InlineData("""{"infrastructure_document_id": "00000000-0000-0000-0000-000000000009"}""", 409, "Could not find infrastructure block")]
    [InlineData("""{"storage_document_id": "00000000-0000-0000-0000-000000000009"}""", 409, "Could not find storage block")]
    [InlineData("""{"version_info": {"type": "vcs:git"}}""", 422, "version")]
    public async Task A_body_that_cannot_be_is_refused_and_makes_nothing(string change, int status, string message)
    {
        await using var host = await TestHost.StartAsync();
        var pool = await PoolOfRuns.MakeAsync(host, pool: Template);
        var flow = await host.FlowAsync();

        var made = await host.PostAsync("deployments/", PoolOfRuns.Merge($$"""{"name": "second", "flow_id": "{{flow}}", "work_pool_name": "local", "work_queue_name": "new"}""", change));
        var changed = await host.SendAsync(HttpMethod.Patch, $"deployments/{pool.DeploymentId}", change);

        Assert.Equal((status, true), (made.Status, Words(made.Body).Contains(message, StringComparison.Ordinal)));
        // a change is held against what is stored: parameters that do not fit are a conflict there
        Assert.True(changed.Status is 409 or 422, changed.Body.ToString());
        Assert.Equal(1, (await host.PostAsync("deployments/count", "{}")).Body.GetInt32());
        Assert.Equal(404, (await host.GetAsync("work_pools/local/queues/new")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_upsert_of_3_keeps_what_it_does_not_mention_and_one_of_2_does_not(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = await host.FlowAsync();
        await host.PostAsync("work_pools/", """{"name": "local", "type": "process"}""");
        var whole = $$"""
            {"name": "d", "flow_id": "{{flow}}", "tags": ["a"], "description": "x", "work_pool_name": "local", "paused": true, "schedules": [{"schedule": {"interval": 3600} }],
             "version_info": {"type": "vcs:git", "version": "abc", "branch": "main"} }
            """;
        var bare = $$"""{"name": "d", "flow_id": "{{flow}}"}""";

        var first = (await host.PostAsync("deployments/", whole)).Body;
        var three = (await host.PostAsync("deployments/", bare)).Body;
        var two = (await host.PostAsync("deployments/", bare, Two)).Body;

        Assert.Equal(("abc", "main"), (first.Text("version"), first.GetProperty("version_info").Text("branch")));
        Assert.Equal(("x", "local", "True", "True", 0, "[]"), (
            three.Text("description"), three.Text("work_pool_name"), three.Text("paused"), three.Text("enforce_parameter_schema"), three.GetProperty("schedules").GetArrayLength(), three.Text("pull_steps")));
        Assert.Equal(("", "", "False", "False", 0, ""), (
            two.Text("description"), two.Text("work_pool_name"), two.Text("paused"), two.Text("enforce_parameter_schema"), two.GetProperty("tags").GetArrayLength(), two.Text("pull_steps")));
        Assert.Equal(first.Text("id"), two.Text("id"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_single_schedule_of_2_is_switched_and_taken_away_by_a_change(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"interval": 3600}, "max_active_runs": 2, "catchup": true}]}""");
        var path = $"deployments/{pool.DeploymentId}";
        Assert.Equal(("2", "True"), ((await host.GetAsync($"{path}/schedules")).Body[0].Text("max_active_runs"), (await host.GetAsync($"{path}/schedules")).Body[0].Text("catchup")));

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"is_schedule_active": false}""")).Status);
        var off = (await host.GetAsync(path)).Body;
        Assert.Equal(("False", "True"), (off.GetProperty("schedules")[0].Text("active"), off.Text("paused")));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"schedule": {"cron": "0 0 * * *"}, "is_schedule_active": true}""")).Status);
        Assert.Equal("0 0 * * *", (await host.GetAsync(path)).Body.GetProperty("schedule").Text("cron"));
        await host.PostAsync($"{path}/schedules", """[{"schedule": {"interval": 60}}]""");
        Assert.Equal(422, (await host.SendAsync(HttpMethod.Patch, path, """{"schedule": null}""")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Schedules_keep_their_ids_by_slug_and_may_take_each_others_place(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"schedules": [{"schedule": {"interval": 60}, "slug": "a"}, {"schedule": {"interval": 90}, "slug": "b", "parameters": {"x": 1}}]}""");
        var path = $"deployments/{pool.DeploymentId}";
        var before = await IdsAsync();

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path,
            """{"schedules": [{"schedule": {"interval": 61}, "slug": "b", "replaces": "a"}, {"slug": "a", "replaces": "b", "schedule": {"interval": 91}}]}""")).Status);
        var swapped = await IdsAsync();
        Assert.Equal((before["a"], before["b"]), (swapped["b"], swapped["a"]));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"schedules": [{"slug": "a", "active": false}]}""")).Status);
        // the other is not named, and stays
        var both = (await host.GetAsync($"{path}/schedules")).Body.EnumerateArray().ToDictionary(s => s.Text("slug"));
        var left = both["a"];
        Assert.Equal((before["a"], "True", 61), (both["b"].Text("id"), both["b"].Text("active"), both["b"].GetProperty("schedule").GetProperty("interval").GetInt32()));
        Assert.Equal((before["b"], "False", 91), (left.Text("id"), left.Text("active"), left.GetProperty("schedule").GetProperty("interval").GetInt32()));
        Assert.Equal(422, (await host.SendAsync(HttpMethod.Patch, path, """{"schedules": [{"slug": "unknown"}]}""")).Status);

        async Task<Dictionary<string, string>> IdsAsync() => (await host.GetAsync($"{path}/schedules")).Body.EnumerateArray().ToDictionary(s => s.Text("slug"), s => s.Text("id"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_must_have_every_job_variable_that_the_pool_requires(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host, """{"job_variables": {"env": {"A": "b"}}}""", Template);
        var path = $"deployments/{pool.DeploymentId}/create_flow_run";

        var without = await host.PostAsync(path, "{}");
        var wrong = await host.PostAsync(path, """{"job_variables": {"cpu": "two"}}""");
        var right = await host.PostAsync(path, """{"job_variables": {"cpu": 2, "image": null}}""");
        var many = await host.PostAsync($"{path}/bulk", """[{"job_variables": {"cpu": 1}, "name": "one"}, {}, {"job_variables": {"cpu": 3}}]""");

        Assert.Equal((422, 422, 201, 200), (without.Status, wrong.Status, right.Status, many.Status));
        Assert.Contains("'cpu' is a required property", without.Body.Text("detail"), StringComparison.Ordinal);
        var results = many.Body.GetProperty("results");
        Assert.Equal(["CREATED", "FAILED", "CREATED"], results.EnumerateArray().Select(r => r.Text("status")));
        Assert.Equal("one", (await host.GetAsync($"flow_runs/{results[0].Text("flow_run_id")}")).Body.Text("name"));
        Assert.Contains("required", results[1].Text("error"), StringComparison.Ordinal);
        Assert.Equal(404, (await host.PostAsync($"deployments/{Guid.NewGuid()}/create_flow_run/bulk", "[{}]")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Bulk_delete_takes_those_it_names_with_their_waiting_runs(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var pool = await PoolOfRuns.MakeAsync(host);
        await pool.RunAsync();

        Assert.Equal(422, (await host.PostAsync("deployments/bulk_delete", """{"limit": 51}""")).Status);
        Assert.Empty((await host.PostAsync("deployments/bulk_delete", """{"deployments": {"name": {"any_": ["other"]}}}""")).Body.GetProperty("deleted").EnumerateArray());
        var answer = await host.PostAsync("deployments/bulk_delete", """{"deployments": {"name": {"any_": ["nightly"]}}}""");

        Assert.Equal(pool.DeploymentId, Assert.Single(answer.Body.GetProperty("deleted").EnumerateArray()).GetString());
        Assert.Equal(404, (await host.GetAsync($"deployments/{pool.DeploymentId}")).Status);
        Assert.Equal(0, (await host.PostAsync("flow_runs/count", "{}")).Body.GetInt32());
    }

    private static string Words(JsonElement body) => System.Text.RegularExpressions.Regex.Unescape(body.GetRawText());
}
