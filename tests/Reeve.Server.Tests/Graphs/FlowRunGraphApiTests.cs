using System.Text.Json;
using Reeve.Server.Tests.Filters;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Graphs;

public sealed class FlowRunGraphApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_graph_has_tasks_subflows_and_the_edges_between_them(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        await host.PostAsync("task_runs/", world.Fill("""
            {"flow_run_id":"{red}","task_key":"in","dynamic_key":"0","name":"inner",
             "task_inputs":{"__parents__":[{"input_type":"task_run","id":"{load}"}],"a":[{"input_type":"task_run","id":"{wrap}"},{"input_type":"constant","type":"int"}],"b":[]}}
            """));

        var (status, graph) = await host.GetAsync($"flow_runs/{world["red"]}/graph-v2");

        Assert.Equal(200, status);
        var nodes = graph.GetProperty("nodes").EnumerateArray().ToDictionary(pair => pair[1].Text("label"), pair => pair[1]);
        Assert.All(graph.GetProperty("nodes").EnumerateArray(), pair => Assert.Equal(pair[0].GetString(), pair[1].Text("id")));
        Assert.Equal(["Load", "beta / sub", "inner"], nodes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((world["sub"], "flow-run", "PENDING"), (nodes["beta / sub"].Text("id"), nodes["beta / sub"].Text("kind"), nodes["beta / sub"].Text("state_type")));
        Assert.Equal(("task-run", "COMPLETED"), (nodes["Load"].Text("kind"), nodes["Load"].Text("state_type")));
        Assert.Equal([world["load"]], Edges(nodes["beta / sub"], "parents"));
        Assert.Equal([world["sub"]], Edges(nodes["Load"], "children"));
        Assert.Equal([world["sub"]], Edges(nodes["inner"], "parents"));
        Assert.Equal([world["load"]], Edges(nodes["inner"], "encapsulating"));
        Assert.Equal([world["load"]], graph.GetProperty("root_node_ids").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(["Scheduled", "Pending", "Running", "Completed"], graph.GetProperty("states").EnumerateArray().Select(state => state.Text("name")));
        Assert.Equal(0, graph.GetProperty("artifacts").GetArrayLength());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Since_leaves_out_what_had_ended(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);

        var (_, graph) = await host.GetAsync($"flow_runs/{world["red"]}/graph-v2?since=2998-01-01T00:00:00Z");

        Assert.Equal(["beta / sub"], graph.GetProperty("nodes").EnumerateArray().Select(pair => pair[1].Text("label")));
        Assert.Equal(422, (await host.GetAsync($"flow_runs/{world["red"]}/graph-v2?since=soon")).Status);
        Assert.Equal(404, (await host.GetAsync($"flow_runs/{Guid.NewGuid()}/graph-v2")).Status);
        Assert.Equal(404, (await host.GetAsync("flow_runs/x/graph-v2")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_first_graph_lists_what_each_task_waited_for(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);

        var (status, tasks) = await host.GetAsync($"flow_runs/{world["red"]}/graph");

        Assert.Equal((200, 2), (status, tasks.GetArrayLength()));
        var wrap = tasks.EnumerateArray().Single(task => task.Text("name") == "wrap");
        var input = Assert.Single(wrap.GetProperty("upstream_dependencies").EnumerateArray());
        Assert.Equal((world["load"], "task_run"), (input.Text("id"), input.Text("input_type")));
        Assert.Equal("PENDING", wrap.GetProperty("state").Text("type"));
        Assert.Equal(404, (await host.GetAsync($"flow_runs/{Guid.NewGuid()}/graph")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_graph_shows_the_artifacts_of_the_run_and_of_its_tasks(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);
        foreach (var artifact in (string[])[
            """{"flow_run_id":"{red}","key":"report","type":"markdown","data":"# old"}""",
            """{"flow_run_id":"{red}","key":"report","type":"markdown","data":"# new"}""",
            """{"flow_run_id":"{red}","task_run_id":"{load}","type":"progress","data":42.5}""",
            """{"flow_run_id":"{red}","task_run_id":"{load}","type":"result","data":{"a":1}}""",
            """{"flow_run_id":"{red}","key":"nothing-is-said-of-it"}""",
            """{"flow_run_id":"{green}","key":"other","type":"markdown"}"""])
        {
            Assert.Equal(201, (await host.PostAsync("artifacts/", world.Fill(artifact))).Status);
        }

        var (_, graph) = await host.GetAsync($"flow_runs/{world["red"]}/graph-v2");

        Assert.Equal(
            [("report", "markdown", "False", ""), ("report", "markdown", "True", "")],
            graph.GetProperty("artifacts").EnumerateArray().Select(a => (a.Text("key"), a.Text("type"), a.Text("is_latest"), a.Text("data"))));
        var nodes = graph.GetProperty("nodes").EnumerateArray().ToDictionary(pair => pair[1].Text("label"), pair => pair[1].GetProperty("artifacts"));
        var progress = Assert.Single(nodes["Load"].EnumerateArray());
        Assert.Equal(("progress", "True", "42.5", ""), (progress.Text("type"), progress.Text("is_latest"), progress.Text("data"), progress.Text("key")));
        Assert.Equal(0, nodes["beta / sub"].GetArrayLength());
    }

    private static IEnumerable<string?> Edges(JsonElement node, string name) => node.GetProperty(name).EnumerateArray().Select(edge => edge.GetProperty("id").GetString());
}
