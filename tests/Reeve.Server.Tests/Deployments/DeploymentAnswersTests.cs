using System.Text.Json;
using Reeve.Server.Tests.Storage;
using Reeve.Server.Tests.WorkPools;

namespace Reeve.Server.Tests.Deployments;

/// <summary>What clients look for in the answers about deployments, beyond their status.</summary>
public sealed class DeploymentAnswersTests
{
    private static readonly (string, string) Two = ("User-Agent", "prefect/2.20.25 (API 0.8.4)");

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Placeholders_in_parameters_are_filled_in_when_they_are_stored(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await host.PostAsync("variables/", """{"name": "there", "value": {"k": [1]}}""");
        var deployment = await DeploymentAsync(host);
        var path = $"deployments/{deployment}";
        const string Given = """{"parameters": {"a": {"__prefect_kind": "none", "value": 5}, "b": {"__prefect_kind": "json", "value": "\"s\""}, "c": {"__prefect_kind": "workspace_variable", "variable_name": "there"}, "d": "{{ as it is }}"}}""";
        const string Filled = """{"a":5,"b":"s","c":{"k":[1]},"d":"{{ as it is }}"}""";

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, Given)).Status);
        var stored = (await host.GetAsync(path)).Body.GetProperty("parameters");
        var run = await host.PostAsync($"{path}/create_flow_run", Given);
        var broken = await host.PostAsync($"{path}/create_flow_run", """{"parameters": {"a": {"__prefect_kind": "json", "value": "{\"invalid\": json}"}}}""");
        var gone = await host.SendAsync(HttpMethod.Patch, path, """{"parameters": {"a": {"__prefect_kind": "workspace_variable", "variable_name": "gone"}}}""");

        Assert.Equal((Filled, 201, Filled), (stored.GetRawText(), run.Status, run.Body.GetProperty("parameters").GetRawText()));
        Assert.Equal((400, 400), (broken.Status, gone.Status));
        Assert.StartsWith("Error hydrating flow run parameters: Invalid JSON: Expecting value:", broken.Body.Text("detail"), StringComparison.Ordinal);
        Assert.StartsWith("Error hydrating deployment parameters: Variable 'gone' not found", gone.Body.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(Filled, (await host.GetAsync(path)).Body.GetProperty("parameters").GetRawText());
    }

    [Theory]
    [InlineData("prefect/3.8.3 (API 0.8.4)", 422)]
    [InlineData("a program", 422)]
    [InlineData("prefect/2.20.25 (API 0.8.4)", 201)]
    public async Task Parameters_have_a_largest_size_which_2_does_not_know(string client, int status)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { LargestParameters = 100 });
        var flow = await host.FlowAsync();
        var large = $$"""{"parameters": {"x": "{{new string('x', 101)}}"}, "flow_id": "{{flow}}", "name": "n"}""";
        var small = $$"""{"parameters": {"x": "{{new string('x', 50)}}"}, "flow_id": "{{flow}}", "name": "small"}""";

        var deployment = (await host.PostAsync("deployments/", small, ("User-Agent", client))).Body.Text("id");
        var run = (await host.PostAsync("flow_runs/", small, ("User-Agent", client))).Body.Text("id");

        foreach (var path in (string[])["deployments/", "flow_runs/", $"deployments/{deployment}/create_flow_run"])
            Assert.Equal((path, status), (path, (await host.PostAsync(path, large, ("User-Agent", client))).Status));
        foreach (var path in (string[])[$"deployments/{deployment}", $"flow_runs/{run}"])
            Assert.Equal((path, status == 201 ? 204 : 422), (path, (await host.SendAsync(HttpMethod.Patch, path, large, ("User-Agent", client))).Status));
    }

    [Fact]
    public async Task Without_a_largest_size_parameters_may_be_large()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { LargestParameters = 0 });
        var run = new { flow_id = await host.FlowAsync(), parameters = new { x = new string('x', 600_000) } };

        Assert.Equal(201, (await host.PostAsync("flow_runs/", run)).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_limit_is_a_number_for_2_and_stands_by_itself_for_3(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var path = $"deployments/{await DeploymentAsync(host, """{"concurrency_limit": 3}""")}";

        var three = (await host.GetAsync(path)).Body;
        var two = (await host.SendAsync(HttpMethod.Get, path, null, Two)).Body;
        var found = (await host.PostAsync("deployments/filter", "{}")).Body[0];
        var page = (await host.PostAsync("deployments/paginate", "{}")).Body.GetProperty("results")[0];

        Assert.All((JsonElement[])[three, found, page], shown => Assert.Equal(("", "3"), (shown.Text("concurrency_limit"), shown.GetProperty("global_concurrency_limit").Text("limit"))));
        Assert.Equal("3", two.Text("concurrency_limit"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_schedule_changed_last_comes_first(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var path = $"deployments/{await DeploymentAsync(host, """{"schedules": [{"schedule": {"interval": 60}}, {"schedule": {"interval": 90}}]}""")}";

        var made = (await host.GetAsync(path)).Body.GetProperty("schedules");
        await host.SendAsync(HttpMethod.Patch, $"{path}/schedules/{made[1].Text("id")}", """{"active": false}""");

        Assert.Equal(["90", "60"], Intervals(made));
        Assert.Equal(["60", "90"], Intervals((await host.GetAsync($"{path}/schedules")).Body));
    }

    [Theory]
    [InlineData("""[{"schedule": {"interval": 60}}]""", "Please provide a slug for each schedule")]
    [InlineData("""[{"slug": "c", "schedule": {"interval": 60}, "replaces": "a"}, {"slug": "d", "schedule": {"interval": 60}, "replaces": "a"}]""", "targeting the same slug: a")]
    [InlineData("""[{"slug": "b", "schedule": {"interval": 60}, "replaces": "a"}, {"slug": "b"}]""", "Cannot rename schedule from 'a' to 'b'")]
    [InlineData("""[{"slug": "a"}, {"slug": "c", "active": false}]""", "without a schedule configuration")]
    public async Task A_change_of_named_schedules_that_is_not_clear_is_refused_whole(string schedules, string message)
    {
        await using var host = await TestHost.StartAsync();
        var path = $"deployments/{await DeploymentAsync(host, """{"schedules": [{"slug": "a", "schedule": {"interval": 60}}, {"slug": "b", "schedule": {"interval": 90}}]}""")}";
        var before = (await host.GetAsync(path)).Body.GetRawText();

        var (status, body) = await host.SendAsync(HttpMethod.Patch, path, $$"""{"schedules": {{schedules}} }""");

        Assert.Equal(422, status);
        Assert.Contains(message, body.GetProperty("exception_detail")[0].Text("msg"), StringComparison.Ordinal);
        Assert.Equal(before, (await host.GetAsync(path)).Body.GetRawText());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Names_of_schedules_move_on_in_a_chain_and_none_at_all_takes_every_one_away(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var path = $"deployments/{await DeploymentAsync(host, """{"schedules": [{"slug": "a", "schedule": {"interval": 60}}, {"slug": "b", "schedule": {"interval": 90}}]}""")}";
        var before = await SlugsAsync();

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"schedules": [{"slug": "b", "replaces": "a"}, {"slug": "c", "replaces": "b"}]}""")).Status);
        var after = await SlugsAsync();

        Assert.Equal((before["a"], before["b"]), (after["b"], after["c"]));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, path, """{"schedules": []}""")).Status);
        Assert.Empty(await SlugsAsync());
        Assert.Equal(409, (await host.PostAsync($"{path}/schedules", """[{"slug": "x", "schedule": {"interval": 60}}, {"slug": "x", "schedule": {"interval": 90}}]""")).Status);
        Assert.Empty(await SlugsAsync());

        async Task<Dictionary<string, string>> SlugsAsync() => (await host.GetAsync($"{path}/schedules")).Body.EnumerateArray().ToDictionary(s => s.Text("slug"), s => s.Text("id"));
    }

    [Fact]
    public async Task A_run_waits_in_no_queue_of_a_deployment_without_a_pool()
    {
        await using var host = await TestHost.StartAsync();
        var path = $"deployments/{await DeploymentAsync(host)}/create_flow_run";

        var (status, body) = await host.PostAsync(path, """{"work_queue_name": "q"}""");

        Assert.Equal(400, status);
        Assert.Contains("is not associated with a work pool", body.Text("detail"), StringComparison.Ordinal);
        Assert.Equal((422, 200), ((await host.PostAsync($"{path}/bulk", Many(101))).Status, (await host.PostAsync($"{path}/bulk", Many(2))).Status));
    }

    private static string Many(int count) => $"[{string.Join(",", Enumerable.Repeat("{}", count))}]";

    private static IEnumerable<string> Intervals(JsonElement schedules) => schedules.EnumerateArray().Select(s => s.GetProperty("schedule").Text("interval"));

    private static async Task<string> DeploymentAsync(TestHost host, string more = "{}")
    {
        var (status, body) = await host.PostAsync("deployments/", PoolOfRuns.Merge($$"""{"name": "d", "flow_id": "{{await host.FlowAsync()}}"}""", more));
        Assert.True(status is 201, body.ToString());
        return body.Text("id");
    }
}
