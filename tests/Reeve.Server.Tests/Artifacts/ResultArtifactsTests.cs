using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Artifacts;

public sealed class ResultArtifactsTests
{
    private const string Result = """
        {"data":{"type":"reference","storage_key":"abc","artifact_key":"numbers","artifact_type":"result","artifact_description":"the **numbers**"}}
        """;

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_result_is_an_artifact_of_its_flow_run(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(run, "RUNNING");

        var (status, _, answer) = await host.SetStateAsync(run, "COMPLETED", Result);

        var artifact = Assert.Single(await ArtifactsAsync(host));
        Assert.Equal(201, status);
        Assert.Equal(("numbers", "result", "the **numbers**", run, ""),
            (artifact.Text("key"), artifact.Text("type"), artifact.Text("description"), artifact.Text("flow_run_id"), artifact.Text("task_run_id")));
        Assert.Equal("""{"type":"reference","storage_key":"abc"}""", artifact.GetProperty("data").GetRawText());
        Assert.True(JsonElement.DeepEquals(artifact.GetProperty("data"), answer.GetProperty("state").GetProperty("data")), answer.ToString());
        var stored = (await host.GetAsync($"flow_runs/{run}")).Body.GetProperty("state").GetProperty("data");
        Assert.True(JsonElement.DeepEquals(artifact.GetProperty("data"), stored), stored.ToString());
        Assert.Equal(artifact.Text("id"), (await host.GetAsync("artifacts/numbers/latest")).Body.Text("id"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_result_of_a_task_run_belongs_to_both_runs_and_one_of_any_form_is_kept(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        var task = (await host.PostAsync("task_runs/", $$"""{"flow_run_id":"{{run}}","task_key":"t","dynamic_key":"0"}""")).Body.Text("id");
        await host.SetStateAsync(task, "RUNNING", noun: "task_runs");

        await host.SetStateAsync(task, "COMPLETED", """{"data":[1,"two"]}""", noun: "task_runs");

        var artifact = Assert.Single(await ArtifactsAsync(host));
        Assert.Equal((run, task, "", "", "[1,\"two\"]"), (artifact.Text("flow_run_id"), artifact.Text("task_run_id"), artifact.Text("key"), artifact.Text("type"), artifact.GetProperty("data").GetRawText().Replace(" ", "", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_subflows_result_is_also_one_of_the_task_run_that_stands_for_it(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var parent = (await host.FlowRunAsync()).Text("id");
        var task = (await host.PostAsync("task_runs/", $$"""{"flow_run_id":"{{parent}}","task_key":"sub","dynamic_key":"0"}""")).Body.Text("id");
        var sub = (await host.FlowRunAsync($$"""{"parent_task_run_id":"{{task}}"}""")).Text("id");
        await host.SetStateAsync(sub, "RUNNING");

        await host.SetStateAsync(sub, "COMPLETED", Result);

        Assert.Equal(
            [(sub, "", "result"), (parent, task, "")],
            (await ArtifactsAsync(host)).OrderBy(a => a.Text("task_run_id").Length).Select(a => (a.Text("flow_run_id"), a.Text("task_run_id"), a.Text("type"))));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_was_not_persisted_or_not_accepted_leaves_no_artifact(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = (await host.FlowRunAsync()).Text("id");
        await host.SetStateAsync(run, "RUNNING", """{"data":null}""");
        await host.SetStateAsync(run, "COMPLETED", """{"data":{"type":"unpersisted","artifact_type":"result"}}""");
        var later = (await host.FlowRunAsync("""{"state":{"type":"SCHEDULED","state_details":{"scheduled_time":"2999-01-01T00:00:00Z"}}}""")).Text("id");

        var early = await host.SetStateAsync(later, "RUNNING", Result);

        Assert.Equal("WAIT", early.Verdict);
        Assert.Empty(await ArtifactsAsync(host));
    }

    private static async Task<List<JsonElement>> ArtifactsAsync(TestHost host) => [.. (await host.PostAsync("artifacts/filter", "{}")).Body.EnumerateArray()];
}
