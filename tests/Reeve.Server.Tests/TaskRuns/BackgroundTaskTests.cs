using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.TaskRuns;

public sealed class BackgroundTaskTests
{
    private const string Path = "task_runs/subscriptions/scheduled";

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_deferred_run_goes_to_the_worker_of_its_task_whether_it_came_before_or_after(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var before = await DeferAsync(host, "mail");
        await DeferAsync(host, "other");
        using var worker = await SubscribeAsync(host, "w1", "mail", "print");

        Assert.Equal(before, await NextAsync(worker));
        await AckAsync(worker);
        var after = await DeferAsync(host, "print");
        Assert.Equal(after, await NextAsync(worker));
        await AckAsync(worker);
        await worker.CloseAsync();

        Assert.Equal(1, await WaitingAsync(host));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Many_workers_share_the_runs_and_none_is_handed_out_twice(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        ConcurrentBag<string> taken = [];
        var workers = Enumerable.Range(0, 4).Select(i => WorkAsync(host, $"w{i}", taken)).ToList();

        var sent = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => DeferAsync(host, "mail")));
        await UntilAsync(() => taken.Count >= sent.Length);
        foreach (var (socket, _) in await Task.WhenAll(workers))
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);
        foreach (var (socket, working) in await Task.WhenAll(workers))
        {
            await working;
            socket.Dispose();
        }

        Assert.Equal(sent.Order(), taken.Order());
        Assert.Equal(0, await WaitingAsync(host));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_was_not_acknowledged_goes_to_another_worker(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var run = await DeferAsync(host, "mail");
        using (var falls = await SubscribeAsync(host, "falls", "mail"))
        {
            Assert.Equal(run, await NextAsync(falls));
            falls.Abort();
        }
        using (var quits = await SubscribeAsync(host, "quits", "mail"))
        {
            Assert.Equal(run, await NextAsync(quits));
            await quits.SendTextAsync("""{"type":"quit"}""");
            Assert.Equal(1000, (await quits.ClosedAsync()).Code);
        }
        using (var babbles = await SubscribeAsync(host, "babbles", "mail"))
        {
            Assert.Equal(run, await NextAsync(babbles));
            await babbles.SendTextAsync("""{"type":"thanks"}""");
            Assert.Equal((4001, "Protocol violation: expected 'ack' message"), await babbles.ClosedAsync());
        }
        using var works = await SubscribeAsync(host, "works", "mail");
        Assert.Equal(run, await NextAsync(works));
        await AckAsync(works);
        await works.CloseAsync();

        Assert.Equal(0, await WaitingAsync(host));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_offer_of_a_server_that_fell_lapses_and_its_late_acknowledgement_takes_nothing_away(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var (run, fallen) = (await DeferAsync(host, "mail"), Guid.NewGuid());
        var queue = host.Service<BackgroundTaskRuns>();
        Assert.NotNull(await host.Database.WriteAsync(session => queue.TakeAsync(session, ["mail"], fallen), TestHost.Cancellation));
        Assert.Null(await host.Database.WriteAsync(session => queue.TakeAsync(session, ["mail"], Guid.NewGuid()), TestHost.Cancellation));

        clock.Jump = BackgroundTaskRuns.Patience + TimeSpan.FromSeconds(1);
        using var worker = await SubscribeAsync(host, "w", "mail");
        Assert.Equal(run, await NextAsync(worker));

        Assert.False(await host.Database.WriteAsync(session => BackgroundTaskRuns.AcknowledgeAsync(session, Guid.Parse(run), fallen, clock.GetUtcNow()), TestHost.Cancellation));
        Assert.Equal(1, await WaitingAsync(host));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_whose_worker_fell_before_it_began_goes_to_another_and_one_that_began_to_none(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var (lost, begun) = (await DeferAsync(host, "mail"), await DeferAsync(host, "mail"));
        using (var falls = await SubscribeAsync(host, "falls", "mail"))
        {
            foreach (var run in (string[])[lost, begun])
            {
                Assert.Equal(run, await NextAsync(falls));
                await AckAsync(falls);
            }
            Assert.Equal("ACCEPT", (await host.SetStateAsync(begun, "PENDING", noun: "task_runs")).Verdict);
            await UntilAsync(async () => await WaitingAsync(host) == 0);
            falls.Abort();
        }

        clock.Jump = BackgroundTaskRuns.Begin + TimeSpan.FromSeconds(1);
        using var works = await SubscribeAsync(host, "works", "mail");
        Assert.Equal(lost, await NextAsync(works));
        await AckAsync(works);
        Assert.Equal("ACCEPT", (await host.SetStateAsync(lost, "PENDING", noun: "task_runs")).Verdict);

        Assert.Equal(0, await host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from background_task_run"), TestHost.Cancellation));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_for_later_waits_for_its_time_and_one_that_no_longer_waits_is_forgotten(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        var queue = host.Service<BackgroundTaskRuns>();
        var later = await DeferAsync(host, "mail", clock.GetUtcNow().AddHours(1));
        var cancelled = await DeferAsync(host, "mail");
        await host.SetStateAsync(cancelled, "CANCELLED", noun: "task_runs", force: true);
        Task<string?> TakeAsync() => host.Database.WriteAsync(async session => (await queue.TakeAsync(session, ["mail"], Guid.NewGuid()))?.Id.ToString(), TestHost.Cancellation).AsTask();

        Assert.Null(await TakeAsync());
        Assert.Equal(1, await WaitingAsync(host));
        clock.Jump = TimeSpan.FromHours(2);
        Assert.Equal(later, await TakeAsync());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_awaits_its_retry_is_handed_out_again(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        using var worker = await SubscribeAsync(host, "w", "mail");
        var run = await DeferAsync(host, "mail");
        Assert.Equal(run, await NextAsync(worker));
        await AckAsync(worker);
        await host.SetStateAsync(run, "PENDING", noun: "task_runs");
        await host.SetStateAsync(run, "SCHEDULED", """{"name":"AwaitingRetry","state_details":{"deferred":true}}""", noun: "task_runs", force: true);

        Assert.Equal(run, await NextAsync(worker));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Connected_workers_are_listed_by_task_and_gone_ones_are_not(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        using var first = await SubscribeAsync(host, "first", "mail", "print");
        using var second = await SubscribeAsync(host, "second", "print");
        await UntilAsync(async () => (await WorkersAsync(host, "{}")).Length == 2);

        Assert.Equal(["first: mail,print", "second: print"], await WorkersAsync(host, """{"task_worker_filter":null}"""));
        Assert.Equal(["first: mail,print"], await WorkersAsync(host, """{"task_worker_filter":{"task_keys":["mail"]}}"""));
        Assert.Equal(2, (await WorkersAsync(host, """{"task_worker_filter":{"task_keys":[]}}""")).Length);
        Assert.Equal(422, (await host.PostAsync("task_workers/filter", """{"task_worker_filter":{"task_keys":5}}""")).Status);
        await first.CloseAsync();
        await UntilAsync(async () => (await WorkersAsync(host, "{}")) is ["second: print"]);
    }

    [Theory]
    [InlineData("""{"type":"hello"}""", "Protocol violation: expected 'subscribe' message")]
    [InlineData("[]", "Protocol violation: expected 'subscribe' message")]
    [InlineData("""{"type":"subscribe"}""", "Protocol violation: expected 'keys' in subscribe message")]
    [InlineData("""{"type":"subscribe","keys":[],"client_id":"c"}""", "Protocol violation: expected 'keys' in subscribe message")]
    [InlineData("""{"type":"subscribe","keys":[7],"client_id":"c"}""", "Protocol violation: expected 'keys' in subscribe message")]
    [InlineData("""{"type":"subscribe","keys":["a"]}""", "Protocol violation: expected 'client_id' in subscribe message")]
    public async Task A_subscription_that_says_too_little_is_refused(string message, string reason)
    {
        await using var host = await TestHost.StartAsync();
        using var socket = await host.OpenSocketAsync(Path);
        await socket.SendTextAsync(message);
        Assert.Equal((4001, reason), await socket.ClosedAsync());
    }

    private static async Task<(WebSocket, Task)> WorkAsync(TestHost host, string name, ConcurrentBag<string> taken)
    {
        var socket = await SubscribeAsync(host, name, "mail");
        return (socket, TakeAllAsync());

        async Task TakeAllAsync()
        {
            while (await socket.ReceiveJsonAsync() is { ValueKind: JsonValueKind.Object } run)
            {
                taken.Add(run.Text("id"));
                await AckAsync(socket);
            }
        }
    }

    private static async Task<WebSocket> SubscribeAsync(TestHost host, string client, params string[] keys)
    {
        var socket = await host.OpenSocketAsync(Path);
        await socket.SendTextAsync(JsonSerializer.Serialize(new { type = "subscribe", keys, client_id = client }));
        return socket;
    }

    private static async Task<string> NextAsync(WebSocket socket)
    {
        var run = await socket.ReceiveJsonAsync();
        Assert.Equal("SCHEDULED", run.Text("state_type"));
        return run.Text("id");
    }

    private static Task AckAsync(WebSocket socket) => socket.SendTextAsync("""{"type":"ack"}""");

    private static async Task<string> DeferAsync(TestHost host, string key, DateTimeOffset? at = null)
    {
        var (status, run) = await host.PostAsync("task_runs/", new
        {
            task_key = key,
            dynamic_key = Guid.NewGuid().ToString(),
            state = new { type = "SCHEDULED", state_details = new { deferred = true, scheduled_time = at } },
        });
        Assert.Equal(201, status);
        return run.Text("id");
    }

    private static async Task<string[]> WorkersAsync(TestHost host, string query) =>
        [.. (await host.PostAsync("task_workers/filter", query)).Body.EnumerateArray().Select(worker => $"{worker.Text("identifier")}: {string.Join(',', worker.GetProperty("task_keys").EnumerateArray())}")];

    private static Task<long> WaitingAsync(TestHost host) => host.Database.ReadAsync(session => session.ScalarAsync("select count(*) from background_task_run where offer is not null or offered_until is null"), TestHost.Cancellation).AsTask();

    private static Task UntilAsync(Func<bool> met) => UntilAsync(() => Task.FromResult(met()));

    private static async Task UntilAsync(Func<Task<bool>> met)
    {
        while (!await met())
            await Task.Delay(10, TestHost.Cancellation);
    }
}
