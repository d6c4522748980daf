using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Serving;

public sealed class ServingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Flow Welcome => Flow.Of<ServedFlows>(nameof(ServedFlows.Welcome));

    private static Flow Held => Flow.Of<ServedFlows>(nameof(ServedFlows.Held));

    [Fact]
    public async Task Run_of_a_served_deployment_runs_in_a_scope_and_its_loggers_ship_to_the_run()
    {
        await using var bench = await ServingBench.StartAsync();
        await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("hosted", parameters: new { name = "Ann" })), services: Services());
        var deployment = await bench.DeployedAsync("welcome", "hosted");

        var first = await bench.RunAsync(deployment.Id);
        var second = await bench.RunAsync(deployment.Id, """{"name":"Bob"}""");

        Assert.Equal("Completed", (await bench.UntilAsync(first.Id, StateType.Completed, StateType.Failed, StateType.Crashed)).StateName);
        await bench.UntilAsync(second.Id, StateType.Completed);
        await SlowFlow.Until("the logs are stored", async () => (await bench.LogsAsync(first.Id)).Any(line => line.Message.StartsWith("Finished", StringComparison.Ordinal)), () => "");
        var lines = await bench.LogsAsync(first.Id);
        var greeting = Assert.Single(lines, line => line.Message.StartsWith("guest Ann => Hello Ann by ", StringComparison.Ordinal));
        Assert.Equal(typeof(ServedFlows).FullName, greeting.Name);
        Assert.Contains(lines, line => line.Message == "from the task: ANN");
        Assert.DoesNotContain(lines, line => line.Message.Contains("Bob", StringComparison.Ordinal));
        Assert.Single(lines, line => line is { Name: "prefect.flow_runs", Message: "Finished in state Completed()" });
        Assert.Contains(greeting.Message.Split(' ')[^1], Greeter.Disposed);
    }

    [Fact]
    public async Task Run_that_is_made_while_the_server_is_asked_begins_at_once()
    {
        await using var bench = await ServingBench.StartAsync();
        await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("at-once")), options => options.PollInterval = TimeSpan.FromMinutes(5), services: Services());
        var deployment = await bench.DeployedAsync("welcome", "at-once");
        await SlowFlow.Until("it is asked for runs", async () => (await bench.Api.FindDeploymentAsync(deployment.Id, Ct))!.LastPolled is not null, () => "");

        var first = await bench.UntilAsync((await bench.RunAsync(deployment.Id, """{"name":"Ann"}""")).Id, StateType.Completed);
        var second = await bench.UntilAsync((await bench.RunAsync(deployment.Id, """{"name":"Bob"}""")).Id, StateType.Completed);

        Assert.All([first, second], run => Assert.InRange(run.StartTime!.Value - run.Created, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Cron_schedule_fires_at_its_time()
    {
        await using var bench = await ServingBench.StartAsync();
        await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("nightly", cron: "0 3 * * *", timeZone: "Europe/Berlin")), services: Services());
        var deployment = await bench.DeployedAsync("welcome", "nightly");
        FlowRun? next = null;
        await SlowFlow.Until("a run is scheduled", async () => (next = (await RunsAsync(bench, deployment.Id)).MinBy(run => run.ExpectedStartTime)) is not null, () => "");
        Assert.Equal(StateType.Scheduled, next!.StateType);

        bench.Clock.Offset = next.ExpectedStartTime!.Value - TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1);

        var ended = await bench.UntilAsync(next.Id, StateType.Completed);
        Assert.True(ended.StartTime >= next.ExpectedStartTime, $"{ended.StartTime} is before {next.ExpectedStartTime}");
        Assert.Equal(3, TimeZoneInfo.ConvertTime(next.ExpectedStartTime.Value, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).Hour);
    }

    [Fact]
    public async Task Host_that_ends_stops_its_runs_and_puts_the_schedules_to_rest_and_the_next_wakes_them()
    {
        await using var bench = await ServingBench.StartAsync();
        var gate = new Gate();
        var host = await bench.HostAsync(flows => flows.Serve(Held.ToDeployment("stopped", cron: "0 3 * * *")), services: Services(gate));
        var deployment = await bench.DeployedAsync("held", "stopped");
        var run = await bench.RunAsync(deployment.Id);
        await SlowFlow.Until("the flow runs", () => Task.FromResult(gate.Entered == 1), () => "");

        await host.StopAsync(Ct);

        var ended = await bench.UntilAsync(run.Id, StateType.Crashed);
        Assert.Equal("The host was shut down", ended.State!.Message);
        Assert.True((await bench.Api.FindDeploymentAsync(deployment.Id, Ct))!.Paused);

        await bench.HostAsync(flows => flows.Serve(Held.ToDeployment("stopped", cron: "0 3 * * *")), services: Services(gate));
        await SlowFlow.Until("the schedules are awake", async () => (await bench.Api.FindDeploymentAsync(deployment.Id, Ct)) is { Paused: false }, () => "");
    }

    [Fact]
    public async Task What_a_person_paused_stays_paused()
    {
        await using var bench = await ServingBench.StartAsync();
        var host = await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("by-hand", cron: "0 3 * * *")), services: Services());
        var deployment = await bench.DeployedAsync("welcome", "by-hand");
        await bench.Api.UpdateDeploymentAsync(deployment.Id, new DeploymentUpdate { Paused = true }, Ct);
        await host.StopAsync(Ct);

        var next = await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("by-hand", cron: "0 3 * * *")), services: Services());
        await SlowFlow.Until("the next host serves", () => Task.FromResult(next.Services.GetRequiredService<ReeveHealth>().LastContact is not null), () => "");
        var run = await bench.RunAsync(deployment.Id); // a run by hand needs no schedule

        await bench.UntilAsync(run.Id, StateType.Completed);
        Assert.True((await bench.Api.FindDeploymentAsync(deployment.Id, Ct))!.Paused);
    }

    [Fact]
    public async Task One_of_two_hosts_may_end_without_the_schedules_resting()
    {
        await using var bench = await ServingBench.StartAsync();
        var first = await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("twice", cron: "0 3 * * *")), services: Services());
        var deployment = await bench.DeployedAsync("welcome", "twice");
        var second = await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("twice", cron: "0 3 * * *")), services: Services());
        await SlowFlow.Until("the second host serves", () => Task.FromResult(second.Services.GetRequiredService<ReeveHealth>().LastContact is not null), () => "");

        await first.StopAsync(Ct);

        Assert.False((await bench.Api.FindDeploymentAsync(deployment.Id, Ct))!.Paused);
    }

    [Fact]
    public async Task Two_hosts_share_the_runs_and_none_runs_twice()
    {
        const int Runs = 20;
        await using var bench = await ServingBench.StartAsync();
        var gate = new Gate();
        gate.Opened.SetResult();
        for (var i = 0; i < 2; i++)
            await bench.HostAsync(flows => flows.Serve(Held.ToDeployment("shared")), services: Services(gate));
        var deployment = await bench.DeployedAsync("held", "shared");
        List<Guid> runs = [];
        for (var i = 0; i < Runs; i++)
            runs.Add((await bench.RunAsync(deployment.Id)).Id);

        foreach (var run in runs)
        {
            await bench.UntilAsync(run, StateType.Completed);
            Assert.Equal(["Scheduled", "Pending", "Running", "Completed"], (await bench.Api.GetFlowRunStatesAsync(run, Ct)).Select(state => state.Name));
        }

        Assert.Equal(Runs, gate.Entered);
    }

    [Fact]
    public async Task No_more_runs_than_the_limit_are_under_way()
    {
        await using var bench = await ServingBench.StartAsync();
        var gate = new Gate();
        var host = await bench.HostAsync(flows => flows.Serve(Held.ToDeployment("limited")), options => options.Limit = 2, Services(gate));
        var deployment = await bench.DeployedAsync("held", "limited");
        List<Guid> runs = [];
        for (var i = 0; i < 5; i++)
            runs.Add((await bench.RunAsync(deployment.Id)).Id);
        await SlowFlow.Until("two runs are under way", () => Task.FromResult(gate.Entered == 2), () => $"{gate.Entered}");
        Assert.Equal(2, host.Services.GetRequiredService<ReeveHealth>().ActiveRuns);

        gate.Opened.SetResult();

        foreach (var run in runs)
            await bench.UntilAsync(run, StateType.Completed);
        Assert.Equal((5, 2), (gate.Entered, gate.Most));
    }

    [Fact]
    public async Task Server_that_is_away_is_waited_for_and_the_health_says_so()
    {
        await using var bench = new ServingBench();
        var host = await bench.HostAsync(flows => flows.Serve(Welcome.ToDeployment("patient")), services: Services());
        var health = host.Services.GetRequiredService<ReeveHealth>();
        await SlowFlow.Until("the host is unwell", () => Task.FromResult(!health.IsHealthy), () => health.Description);
        Assert.Contains("Cannot reach the API", health.Description, StringComparison.Ordinal);

        await bench.StartServerAsync();

        var run = await bench.RunAsync((await bench.DeployedAsync("welcome", "patient")).Id);
        await bench.UntilAsync(run.Id, StateType.Completed);
        Assert.True(health.IsHealthy, health.Description);
    }

    [Fact]
    public async Task Everything_that_a_deployment_says_is_on_the_server()
    {
        await using var bench = await ServingBench.StartAsync();
        var said = Welcome.ToDeployment("whole", interval: TimeSpan.FromHours(6), parameters: new { name = "Eve" }, tags: ["team-a"]) with
        {
            Description = "Says hello",
            Version = "7",
            ConcurrencyLimit = 3,
            OnCollision = CollisionStrategy.CancelNew,
            Triggers = [new EventTrigger { Posture = Posture.Reactive, Expect = ["order.placed"] }],
            Paused = true,
        };
        await bench.HostAsync(flows => flows.Serve(said), services: Services());

        var stored = await bench.DeployedAsync("welcome", "whole");

        Assert.Equal(("Says hello", "7", true, 3, "CANCEL_NEW"), (stored.Description, stored.Version, stored.Paused, stored.GlobalConcurrencyLimit?.Limit, stored.ConcurrencyOptions?.CollisionStrategy));
        Assert.Equal(["team-a"], stored.Tags);
        Assert.Equal("Eve", stored.Parameters.GetProperty("name").GetString());
        Assert.Equal(21600, Assert.Single(stored.Schedules).Schedule.GetProperty("interval").GetDouble());
        Assert.Equal("string", stored.ParameterOpenapiSchema!.Value.GetProperty("properties").GetProperty("name").GetProperty("type").GetString());
        List<Automation> automations = [];
        await SlowFlow.Until("the trigger is there", async () => (automations = await bench.Api.Connection.SendAsync<List<Automation>>(HttpMethod.Post, "automations/filter", new Query(), Ct)).Count > 0, () => "");
        Assert.Equal(stored.Id, Assert.IsType<RunDeployment>(Assert.Single(Assert.Single(automations).Actions)).DeploymentId);
    }

    [Fact]
    public async Task Faulty_options_keep_the_host_from_starting_and_are_told_all_at_once()
    {
        await using var bench = new ServingBench();
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => bench.HostAsync(_ => { }, options => (options.ApiUrl, options.Limit) = ("nowhere", 0)));
        Assert.Equal(2, fault.Failures.Count());
    }

    [Fact]
    public async Task Faulty_deployment_keeps_the_host_from_starting()
    {
        await using var bench = new ServingBench();
        var fault = await Assert.ThrowsAsync<DeploymentException>(() => bench.HostAsync(flows => flows
            .Serve(Welcome.ToDeployment("bad", cron: "61 * * * *", parameters: new { nam = 1 }))
            .Serve(Welcome.ToDeployment("pool") with { WorkPool = "local" })));
        Assert.StartsWith("3 faults; nothing was deployed:", fault.Message, StringComparison.Ordinal);
    }

    private static Action<IServiceCollection> Services(Gate? gate = null) =>
        services => services.AddScoped<Greeter>().AddSingleton(gate ?? new Gate()).AddLogging();

    private static Task<List<FlowRun>> RunsAsync(ServingBench bench, Guid deployment) =>
        bench.Api.FindFlowRunsAsync(new Query { FlowRuns = new FlowRunFilter { DeploymentId = new AnyOf<Guid> { Any = [deployment] } } }, Ct);
}
