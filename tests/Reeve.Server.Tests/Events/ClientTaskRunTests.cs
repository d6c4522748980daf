using System.Globalization;
using Reeve.Server.Events;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Events;

/// <summary>Whatever the order in which a client's events arrive, and however often, a task run has each of its states once, in their own order.</summary>
public sealed class ClientTaskRunTests
{
    private static readonly string[] Life = ["PENDING", "RUNNING", "SCHEDULED", "RUNNING", "COMPLETED"];

    public static TheoryData<DatabaseKind, int> Seeds => new MatrixTheoryData<DatabaseKind, int>([DatabaseKind.Sqlite, DatabaseKind.PostgreSql], [1, 2, 3]);

    [Theory, MemberData(nameof(Seeds))]
    public async Task Events_in_any_order_repeated_and_over_broken_connections_make_the_same_history(DatabaseKind kind, int seed)
    {
        await using var host = await TestHost.StartAsync(kind);
        var random = new Random(seed);
        var flowRun = (await host.FlowRunAsync()).Text("id");
        var tasks = Enumerable.Range(0, 8).Select(_ => Guid.CreateVersion7()).ToList();
        var told = tasks.SelectMany(task => Life.Select((type, step) => Told(task, flowRun, type, step, Id(task, step)))).ToArray();
        // some arrive twice or more, and nothing is where it was
        var sent = told.Concat(told.Where(_ => random.Next(2) == 0)).Concat(told.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(sent);

        foreach (var part in sent.Chunk(17))
            await SendAsync(host, part, random.Next(3));
        // what a broken connection swallowed is repeated by the client, which had no pong for it
        await SendAsync(host, told, way: 0);

        foreach (var task in tasks)
        {
            var run = (await host.GetAsync($"task_runs/{task}")).Body;
            Assert.Equal(("COMPLETED", "5", flowRun), (run.Text("state_type"), run.Text("run_count"), run.Text("flow_run_id")));
            Assert.Equal(Id(task, 4).ToString(), run.GetProperty("state").Text("id"));
            Assert.Equal(["Pending", "Running", "Scheduled", "Running", "Completed"], await host.HistoryAsync(task.ToString(), "task_run"));
        }
        Assert.Equal(tasks.Count, (await host.PostAsync("task_runs/count", $$$"""{"task_runs":{"flow_run_id":{"any_":["{{{flowRun}}}"]} } }""")).Body.GetInt32());
        var stored = (await host.PostAsync("events/filter", $$$"""{"filter":{"related":{"id":["prefect.flow-run.{{{flowRun}}}"]}},"limit":0}""")).Body;
        Assert.Equal(told.Length, stored.GetProperty("total").GetInt32());
    }

    [Theory, MemberData(nameof(EventFilterTests.Kinds), MemberType = typeof(EventFilterTests))]
    public async Task Two_connections_that_tell_the_same_at_once_agree(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var flowRun = (await host.FlowRunAsync()).Text("id");
        var tasks = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToList();
        var told = tasks.SelectMany(task => Life.Select((type, step) => Told(task, flowRun, type, step, Id(task, step)))).ToArray();

        await Task.WhenAll(SendAsync(host, told, 0), SendAsync(host, [.. told.Reverse()], 0), SendAsync(host, told, 1));

        foreach (var task in tasks)
            Assert.Equal(["Pending", "Running", "Scheduled", "Running", "Completed"], await host.HistoryAsync(task.ToString(), "task_run"));
    }

    [Fact]
    public async Task A_follower_hears_of_client_runs_and_one_that_is_too_slow_is_let_go()
    {
        await using var host = await TestHost.StartAsync();
        using var subscription = await host.Service<EventStream>().SubscribeAsync(new EventFilter(), TestHost.Cancellation);
        for (var i = 0; i < 11; i++)
            Assert.Equal(204, (await host.PostAsync("events", $"[{string.Join(',', Enumerable.Range(0, 200).Select(_ => Told(Guid.NewGuid(), Guid.NewGuid().ToString(), "RUNNING", 1, Guid.NewGuid())))}]")).Status);
        await host.Service<EventStream>().RunOnceAsync(TestHost.Cancellation);

        var read = 0;
        await foreach (var _ in subscription.Events.ReadAllAsync(TestHost.Cancellation))
            read++;

        // it ends, which it would not for one that keeps up, and what it was given before is whole
        Assert.Equal(2000, read);
    }

    // 0: over HTTP, 1: over a socket that closes in order, 2: over one that breaks
    private static async Task SendAsync(TestHost host, string[] events, int way)
    {
        if (way == 0)
        {
            Assert.Equal(204, (await host.PostAsync("events", $"[{string.Join(',', events)}]")).Status);
            return;
        }
        using var socket = await host.OpenSocketAsync("events/in");
        foreach (var told in events)
            await socket.SendTextAsync(told);
        if (way == 1)
            await socket.CloseAsync();
        else
            socket.Abort();
    }

    private static Guid Id(Guid task, int step)
    {
        var bytes = task.ToByteArray();
        (bytes[14], bytes[15]) = (0xEE, (byte)step);
        return new Guid(bytes);
    }

    private static string Told(Guid task, string flowRun, string type, int step, Guid id)
    {
        var name = type[..1] + type[1..].ToLowerInvariant();
        return string.Create(CultureInfo.InvariantCulture, $$$"""
            {"id":"{{{id}}}","occurred":"2026-01-01T00:00:0{{{step}}}.000001Z","event":"prefect.task-run.{{{name}}}",
             "resource":{"prefect.resource.id":"prefect.task-run.{{{task}}}","prefect.orchestration":"client"},
             "related":[{"prefect.resource.id":"prefect.flow-run.{{{flowRun}}}","prefect.resource.role":"flow-run"}],
             "payload":{"validated_state":{"type":"{{{type}}}","name":"{{{name}}}","message":"","state_details":{},"data":null},
               "task_run":{"name":"t-{{{step}}}","task_key":"t","dynamic_key":"{{{task}}}","tags":[],"labels":{},"task_inputs":{},"run_count":{{{step + 1}}},"flow_run_run_count":1,"total_run_time":1.5} } }
            """);
    }
}
