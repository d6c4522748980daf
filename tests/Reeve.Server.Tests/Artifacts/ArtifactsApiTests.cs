using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Artifacts;

public sealed class ArtifactsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static async Task<string> MakeAsync(TestHost host, string body)
    {
        var made = await host.PostAsync("artifacts/", body);
        Assert.Equal(201, made.Status);
        return made.Body.GetProperty("id").GetString()!;
    }

    private static async Task<string> IdsAsync(TestHost host, string route, string query, string field = "id") =>
        string.Join(' ', (await host.PostAsync(route, query)).Body.EnumerateArray().Select(a => a.GetProperty(field).ToString()));

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_newest_artifact_of_a_key_is_its_collection(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var first = await MakeAsync(host, """{"key": "report", "type": "markdown", "data": "# One"}""");
        var second = await MakeAsync(host, """{"key": "report", "type": "markdown", "data": {"rows": [1, null]}, "description": "two", "metadata_": {"a": "b"}}""");
        await MakeAsync(host, """{"type": "result", "data": 1}""");

        var latest = Assert.Single((await host.PostAsync("artifacts/latest/filter", """{"sort": null}""")).Body.EnumerateArray());
        Assert.Equal((second, "report", "two"), (latest.GetProperty("latest_id").GetString(), latest.GetProperty("key").GetString(), latest.GetProperty("description").GetString()));
        Assert.Equal(("b", 1), (latest.GetProperty("metadata_").GetProperty("a").GetString(), latest.GetProperty("data").GetProperty("rows")[0].GetInt32()));
        Assert.NotEqual(second, latest.GetProperty("id").GetString());
        Assert.Equal(second, (await host.GetAsync("artifacts/report/latest")).Body.GetProperty("id").GetString());

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"artifacts/{second}")).Status);
        Assert.Equal(first, (await host.GetAsync("artifacts/report/latest")).Body.GetProperty("id").GetString());
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"artifacts/{first}")).Status);
        Assert.Equal((404, "Artifact not found."), ((await host.GetAsync("artifacts/report/latest")).Status, (await host.GetAsync($"artifacts/{first}")).Body.GetProperty("detail").GetString()));
        Assert.Equal(0, (await host.PostAsync("artifacts/latest/count", "{}")).Body.GetInt32());
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"artifacts/{first}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_artifact_changes_by_what_is_given(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var id = await MakeAsync(host, """{"key": "progress", "type": "progress", "data": 0.0, "description": "stays"}""");

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"artifacts/{id}", """{"data": 50.5, "metadata_": {"k": "v"}}""")).Status);
        var read = (await host.GetAsync($"artifacts/{id}")).Body;
        Assert.Equal((50.5, "stays", "v"), (read.GetProperty("data").GetDouble(), read.GetProperty("description").GetString(), read.GetProperty("metadata_").GetProperty("k").GetString()));
        var collection = (await host.PostAsync("artifacts/latest/filter", "{}")).Body[0];
        Assert.Equal((50.5, read.GetProperty("updated").GetString()), (collection.GetProperty("data").GetDouble(), collection.GetProperty("updated").GetString()));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, $"artifacts/{id}", """{"data": null, "description": null}""")).Status);
        read = (await host.GetAsync($"artifacts/{id}")).Body;
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Object), (read.GetProperty("data").ValueKind, read.GetProperty("description").ValueKind, read.GetProperty("metadata_").ValueKind));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, $"artifacts/{Guid.NewGuid()}", "{}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Artifacts_are_found_by_key_type_and_run_and_paged_in_order(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = Guid.NewGuid();
        var a = await MakeAsync(host, """{"key": "alpha-one", "type": "markdown"}""");
        var b = await MakeAsync(host, $$"""{"key": "beta", "type": "table", "flow_run_id": "{{run}}"}""");
        var c = await MakeAsync(host, """{"key": "alpha-one", "type": "table"}""");
        var d = await MakeAsync(host, """{"type": "result"}""");

        Assert.Equal($"{b}", await IdsAsync(host, "artifacts/filter", $$$"""{"artifacts": {"flow_run_id": {"any_": ["{{{run}}}"]} } }"""));
        Assert.Equal([a, c], (await IdsAsync(host, "artifacts/filter", """{"artifacts": {"key": {"like_": "LPHA"}}}""")).Split(' ').Order(StringComparer.Ordinal));
        Assert.Equal(d, await IdsAsync(host, "artifacts/filter", """{"artifacts": {"key": {"exists_": false}}}"""));
        Assert.Equal(3, (await host.PostAsync("artifacts/count", """{"artifacts": {"key": {"exists_": true}}}""")).Body.GetInt32());
        Assert.Equal(2, (await host.PostAsync("artifacts/count", """{"artifacts": {"type": {"not_any_": ["table"]}}}""")).Body.GetInt32());
        Assert.Equal(3, (await host.PostAsync("artifacts/count", $$$"""{"artifacts": {"operator": "or_", "id": {"any_": ["{{{d}}}"]}, "type": {"any_": ["table"]} } }""")).Body.GetInt32());
        Assert.Equal("beta", await IdsAsync(host, "artifacts/filter", """{"sort": "KEY_DESC", "artifacts": {"key": {"exists_": true}}, "limit": 1}""", "key"));
        Assert.Equal("alpha-one", await IdsAsync(host, "artifacts/latest/filter", """{"sort": "KEY_ASC", "limit": 1, "offset": 0}""", "key"));
        Assert.Equal("beta", await IdsAsync(host, "artifacts/latest/filter", """{"sort": "KEY_ASC", "limit": 1, "offset": 1}""", "key"));
        Assert.Equal(c, await IdsAsync(host, "artifacts/latest/filter", $$$"""{"artifacts": {"latest_id": {"any_": ["{{{c}}}", "{{{a}}}"]} } }""", "latest_id"));
        Assert.Equal("0", (await host.PostAsync("artifacts/count", """{"flow_runs": {"name": {"any_": ["x"]}}, "flows": {"name": {"any_": ["x"]}}, "task_runs": {"name": {"any_": ["x"]}}, "deployments": {"name": {"any_": ["x"]}}}""")).Body.GetRawText());
        Assert.Equal(422, (await host.PostAsync("artifacts/filter", """{"sort": "BY_TASTE"}""")).Status);
        Assert.Equal(422, (await host.PostAsync("artifacts/filter", """{"limit": 201}""")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Artifacts_of_a_flow_are_found_by_its_name_and_outlive_the_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flow = (await host.PostAsync("flows/", """{"name": "hello"}""")).Body.GetProperty("id").GetString();
        var run = (await host.PostAsync("flow_runs/", $$"""{"flow_id": "{{flow}}", "name": "one"}""")).Body.GetProperty("id").GetString();
        var id = await MakeAsync(host, $$"""{"key": "k", "flow_run_id": "{{run}}"}""");

        Assert.Equal(id, await IdsAsync(host, "artifacts/filter", """{"flows": {"name": {"any_": ["hello"]}}}"""));
        Assert.Equal(id, await IdsAsync(host, "artifacts/latest/filter", """{"flow_runs": {"name": {"any_": ["one"]}}}""", "latest_id"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{run}")).Status);
        Assert.Equal(run, (await host.GetAsync($"artifacts/{id}")).Body.GetProperty("flow_run_id").GetString());
    }

    [Fact]
    public async Task Long_metadata_are_cut_and_wrong_types_told()
    {
        await using var host = await TestHost.StartAsync();
        var id = await MakeAsync(host, $$$"""{"metadata_": {"long": "{{{new string('x', 600)}}}"}}""");

        Assert.Equal(new string('x', 500) + "...", (await host.GetAsync($"artifacts/{id}")).Body.GetProperty("metadata_").GetProperty("long").GetString());
        var refused = await host.PostAsync("artifacts/", """{"key": 1, "flow_run_id": "no", "metadata_": {"a": 1}}""");
        Assert.Equal(422, refused.Status);
        Assert.True(refused.Body.GetProperty("exception_detail").GetArrayLength() >= 2, refused.Body.ToString());
        Assert.Equal(404, (await host.GetAsync("artifacts/no-id")).Status);
    }
}
