using Reeve.Server.FlowRuns;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.FlowRuns;

public sealed class CancelledRunChildrenTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_a_cancelled_run_leaves_behind_is_cancelled(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var parent = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        var (running, ended, standsForOne, standsForOther) = (await TaskAsync(host, parent, "RUNNING"), await TaskAsync(host, parent, "COMPLETED"), await TaskAsync(host, parent, "PENDING"), await TaskAsync(host, parent, "PENDING"));
        var deployment = (await host.PostAsync("deployments/", new { name = "d", flow_id = await host.FlowAsync() })).Body.Text("id");
        var inProcess = (await host.FlowRunAsync($$"""{"parent_task_run_id":"{{standsForOne}}","state":{"type":"RUNNING"} }""")).Text("id");
        var deployed = (await host.FlowRunAsync($$"""{"parent_task_run_id":"{{standsForOther}}","deployment_id":"{{deployment}}","state":{"type":"RUNNING"} }""")).Text("id");
        var grandchild = await TaskAsync(host, inProcess, "RUNNING");

        await host.SetStateAsync(parent, "CANCELLING");
        await host.Service<CancelledRunChildren>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal("RUNNING", await TypeAsync(host, "task_runs", running));
        await host.SetStateAsync(parent, "CANCELLED");
        for (var round = 0; round < 4; round++)
            await host.Service<CancelledRunChildren>().RunOnceAsync(TestHost.Cancellation);

        Assert.Equal(["CANCELLED", "COMPLETED", "CANCELLED"], [await TypeAsync(host, "task_runs", running), await TypeAsync(host, "task_runs", ended), await TypeAsync(host, "task_runs", grandchild)]);
        Assert.Equal(["CANCELLED", "CANCELLED"], [await TypeAsync(host, "flow_runs", inProcess), await TypeAsync(host, "task_runs", standsForOne)]);
        // this one has infrastructure of its own, whose worker says when it is gone
        Assert.Equal(["CANCELLING", "CANCELLING"], [await TypeAsync(host, "flow_runs", deployed), await TypeAsync(host, "task_runs", standsForOther)]);
        await host.SetStateAsync(deployed, "CANCELLED");
        Assert.Equal("CANCELLED", await TypeAsync(host, "task_runs", standsForOther));
        Assert.Equal("The parent flow run was cancelled.", (await host.GetAsync($"task_runs/{running}")).Body.GetProperty("state").Text("message"));
        await host.Service<CancelledRunChildren>().RunOnceAsync(TestHost.Cancellation);
        Assert.Equal(0, await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from flow_run_cancelled"), TestHost.Cancellation));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_is_taken_up_again_keeps_its_children(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = new MovedClock() });
        var parent = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        await host.SetStateAsync(parent, "CANCELLED");
        await host.SetStateAsync(parent, "RUNNING");
        var task = await TaskAsync(host, parent, "RUNNING");

        await host.Service<CancelledRunChildren>().RunOnceAsync(TestHost.Cancellation);

        Assert.Equal("RUNNING", await TypeAsync(host, "task_runs", task));
    }

    [Fact]
    public async Task The_task_run_that_stands_for_a_subflow_follows_it()
    {
        await using var host = await TestHost.StartAsync();
        var parent = (await host.FlowRunAsync("""{"state":{"type":"RUNNING"}}""")).Text("id");
        var task = await TaskAsync(host, parent, "PENDING");
        var child = (await host.FlowRunAsync($$"""{"parent_task_run_id":"{{task}}"}""")).Text("id");
        await host.SetStateAsync(child, "RUNNING");
        await host.SetStateAsync(child, "COMPLETED");

        var read = (await host.GetAsync($"task_runs/{task}")).Body;
        Assert.Equal(["Pending", "Pending", "Running", "Completed"], await host.HistoryAsync(task, "task_run"));
        var details = read.GetProperty("state").GetProperty("state_details");
        Assert.Equal((child, parent, task, "1"), (details.Text("child_flow_run_id"), details.Text("flow_run_id"), details.Text("task_run_id"), read.Text("run_count")));
        Assert.Equal(task, (await host.GetAsync($"flow_runs/{child}")).Body.GetProperty("state").GetProperty("state_details").Text("task_run_id"));
    }

    private static async Task<string> TaskAsync(TestHost host, string flowRun, string type) =>
        (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = Guid.NewGuid().ToString(), state = new { type } })).Body.Text("id");

    private static async Task<string> TypeAsync(TestHost host, string noun, string run) => (await host.GetAsync($"{noun}/{run}")).Body.Text("state_type");
}
