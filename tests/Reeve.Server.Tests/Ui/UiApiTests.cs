using Reeve.Server.Tests.Filters;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Ui;

public sealed class UiApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_console_gets_its_counts(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);

        var tasks = (await host.PostAsync("ui/flow_runs/count-task-runs", world.Fill("""{"flow_run_ids":["{red}","{blue}","{red}"]}"""))).Body;
        Assert.Equal(("1", "0"), (tasks.Text(world["red"]), tasks.Text(world["blue"])));

        var deployments = (await host.PostAsync("ui/flows/count-deployments", world.Fill("""{"flow_ids":["{Alpha}","{gamma}"]}"""))).Body;
        Assert.Equal(("1", "0"), (deployments.Text(world["Alpha"]), deployments.Text(world["gamma"])));

        var next = (await host.PostAsync("ui/flows/next-runs", world.Fill("""{"flow_ids":["{Alpha}","{beta}"]}"""))).Body;
        Assert.Equal(("blue", "2999-01-01T00:00:00.000000Z"), (next.GetProperty(world["Alpha"]).Text("name"), next.GetProperty(world["Alpha"]).Text("next_scheduled_start_time")));
        Assert.Equal("", next.Text(world["beta"]));

        var states = (await host.PostAsync("ui/task_runs/count", "{}")).Body;
        Assert.Equal((9, "1", "2", "0"), (states.EnumerateObject().Count(), states.Text("COMPLETED"), states.Text("PENDING"), states.Text("FAILED")));
        Assert.Equal("0", (await host.PostAsync("ui/task_runs/count", """{"flows":{"name":{"any_":["beta"]}}}""")).Body.Text("PENDING"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_are_told_in_brief(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var world = await FilteredWorld.MakeAsync(host);

        var runs = (await host.PostAsync("ui/flow_runs/history", """{"limit":1000,"sort":"EXPECTED_START_TIME_ASC"}""")).Body;

        Assert.Equal([world["red"], world["green"], world["sub"], world["blue"]], runs.EnumerateArray().Select(run => run.Text("id")));
        Assert.Equal(("COMPLETED", true), (runs[0].Text("state_type"), runs[0].GetProperty("lateness").GetDouble() > 100_000_000));
        Assert.Equal(("2999-01-01T00:00:00.000000Z", "0"), (runs[3].Text("timestamp"), runs[3].Text("lateness")));
        Assert.Equal(422, (await host.PostAsync("ui/flow_runs/history", """{"limit":1001}""")).Status);
        Assert.Equal(422, (await host.PostAsync("ui/flow_runs/history", """{"offset":-1}""")).Status);

        var task = (await host.GetAsync($"ui/task_runs/{world["load"]}")).Body;
        Assert.Equal(("Load", "Red-Otter"), (task.Text("name"), task.Text("flow_run_name")));
        Assert.False((await host.GetAsync($"task_runs/{world["load"]}")).Body.TryGetProperty("flow_run_name", out _));
        Assert.Equal(404, (await host.GetAsync($"ui/task_runs/{Guid.NewGuid()}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Ended_task_runs_are_counted_in_twenty_parts(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await FilteredWorld.MakeAsync(host);
        var now = TimeProvider.System.GetUtcNow();

        var (status, parts) = await host.PostAsync("ui/task_runs/dashboard/counts", new { task_runs = new { start_time = new { after_ = now.AddHours(-1), before_ = now.AddMinutes(1) } } });

        Assert.Equal((200, 20), (status, parts.GetArrayLength()));
        Assert.Equal((1, 0), (parts.EnumerateArray().Sum(part => part.GetProperty("completed").GetInt32()), parts.EnumerateArray().Sum(part => part.GetProperty("failed").GetInt32())));
        Assert.Equal(1, parts.EnumerateArray().TakeLast(2).Sum(part => part.GetProperty("completed").GetInt32()));
        Assert.Equal(422, (await host.PostAsync("ui/task_runs/dashboard/counts", """{"task_runs":{}}""")).Status);
        Assert.Equal(422, (await host.PostAsync("ui/task_runs/dashboard/counts", "{}")).Status);
    }

    [Fact]
    public async Task Too_many_ids_are_refused()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(422, (await host.PostAsync("ui/flows/next-runs", new { flow_ids = Enumerable.Range(0, 201).Select(_ => Guid.NewGuid()) })).Status);
        Assert.Equal(422, (await host.PostAsync("ui/flows/count-deployments", """{"flow_ids":["x"]}""")).Status);
        Assert.Equal(422, (await host.PostAsync("ui/flow_runs/count-task-runs", "{}")).Status);
    }
}
