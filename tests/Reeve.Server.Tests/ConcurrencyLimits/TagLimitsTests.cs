using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.ConcurrencyLimits;

/// <summary>Limits on task runs by tag: the routes of older clients, and the rule that takes and gives back slots as task runs run.</summary>
public sealed class TagLimitsTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_tag_is_limited_changed_listed_and_freed_by_either_name(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var made = await host.PostAsync("concurrency_limits/", new { tag = "small", concurrency_limit = 2 });
        Assert.Equal((201, 0), (made.Status, made.Body.GetProperty("active_slots").GetArrayLength()));
        Assert.Equal((200, "3"), (await host.PostAsync("concurrency_limits/", new { tag = "small", concurrency_limit = 3 }) is var again ? again.Status : 0, again.Body.Text("concurrency_limit")));

        var id = made.Body.Text("id");
        Assert.Equal(id, (await host.GetAsync("v2/concurrency_limits/tag:small")).Body.Text("id"));
        Assert.Equal(id, (await host.GetAsync($"concurrency_limits/{id}")).Body.Text("id"));
        Assert.Equal(id, (await host.GetAsync("concurrency_limits/tag/small")).Body.Text("id"));
        await host.PostAsync("v2/concurrency_limits/", new { name = "no-tag", limit = 1 });
        Assert.Equal(["small"], (await host.PostAsync("concurrency_limits/filter", new { limit = 15, offset = 0 })).Body.EnumerateArray().Select(limit => limit.Text("tag")));
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Delete, "concurrency_limits/tag/small")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"concurrency_limits/{id}")).Status);
        Assert.Equal(404, (await host.GetAsync("concurrency_limits/tag/small")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_task_run_takes_a_slot_of_each_limited_tag_once_and_gives_them_back(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await LimitAsync(host, "a", 1);
        await LimitAsync(host, "b", 2);
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal(2, (await SlotsAsync(host, "increment", first, "a", "b", "free")).Body.GetArrayLength());
        Assert.Equal(200, (await SlotsAsync(host, "increment", first, "a", "b")).Status);
        Assert.Equal([first], await HoldersAsync(host, "b"));
        Assert.Equal(423, (await SlotsAsync(host, "increment", second, "a", "b")).Status);
        Assert.Equal([first], await HoldersAsync(host, "b"));
        await SlotsAsync(host, "decrement", first, "a");
        Assert.Equal(200, (await SlotsAsync(host, "increment", second, "a", "b")).Status);
        Assert.Equal([second], await HoldersAsync(host, "a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_reset_frees_the_slots_or_says_who_holds_them(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await LimitAsync(host, "a", 2);
        await SlotsAsync(host, "increment", Guid.NewGuid(), "a");
        var named = Guid.NewGuid();

        Assert.Equal(200, (await host.PostAsync("concurrency_limits/tag/a/reset", new { slot_override = new[] { named } })).Status);
        Assert.Equal([named], await HoldersAsync(host, "a"));
        Assert.Equal(200, (await host.PostAsync("concurrency_limits/tag/a/reset", new { slot_override = (string[]?)null })).Status);
        Assert.Empty(await HoldersAsync(host, "a"));
        Assert.Equal(404, (await host.PostAsync("concurrency_limits/tag/none/reset", "{}")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_task_run_over_the_limit_of_its_tag_waits_until_another_ends(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        await LimitAsync(host, "a", 1);
        var flowRun = await RunningFlowAsync(host);
        var (first, second) = (await TaskAsync(host, flowRun, "1", "a"), await TaskAsync(host, flowRun, "2", "a"));

        Assert.Equal("ACCEPT", (await SetAsync(host, first, "RUNNING")).Verdict);
        var refused = await SetAsync(host, second, "RUNNING");
        Assert.Equal(("WAIT", 200), (refused.Verdict, refused.Status));
        Assert.Equal("30", refused.Body.GetProperty("details").Text("delay_seconds"));
        Assert.Equal([Guid.Parse(first)], await HoldersAsync(host, "a"));
        Assert.Equal("ACCEPT", (await SetAsync(host, first, "COMPLETED")).Verdict);
        Assert.Empty(await HoldersAsync(host, "a"));
        Assert.Equal("ACCEPT", (await SetAsync(host, second, "RUNNING")).Verdict);
    }

    [Fact]
    public async Task A_tag_without_slots_aborts_rather_than_let_wait_for_ever()
    {
        await using var host = await TestHost.StartAsync();
        await LimitAsync(host, "a", 0);
        var task = await TaskAsync(host, await RunningFlowAsync(host), "1", "a");

        Assert.Equal("ABORT", (await SetAsync(host, task, "RUNNING")).Verdict);
        Assert.Equal(423, (await SlotsAsync(host, "increment", Guid.NewGuid(), "a")).Status);
    }

    public static TheoryData<DatabaseKind, string, bool> Exits =>
        new(from kind in (DatabaseKind[])[DatabaseKind.Sqlite, DatabaseKind.PostgreSql]
            from way in (string[])["COMPLETED", "FAILED", "CRASHED", "CANCELLED", "PAUSED", "SCHEDULED", "PENDING", "flow CRASHED", "flow COMPLETED", "delete", "delete flow run"]
            from force in (bool[])[false, true]
            where !(force && way.StartsWith("delete", StringComparison.Ordinal))
            select new TheoryDataRow<DatabaseKind, string, bool>(kind, way, force));

    [Theory, MemberData(nameof(Exits))]
    public async Task However_a_task_run_ends_its_slot_is_free(DatabaseKind kind, string way, bool force)
    {
        await using var host = await TestHost.StartAsync(kind);
        await LimitAsync(host, "a", 1);
        var flowRun = await RunningFlowAsync(host);
        var task = await TaskAsync(host, flowRun, "1", "a");
        await SetAsync(host, task, "RUNNING");
        Assert.Single(await HoldersAsync(host, "a"));

        var status = way switch
        {
            "delete" => (await host.SendAsync(HttpMethod.Delete, $"task_runs/{task}")).Status,
            "delete flow run" => (await host.SendAsync(HttpMethod.Delete, $"flow_runs/{flowRun}")).Status,
            _ when way.StartsWith("flow ", StringComparison.Ordinal) => (await host.SetStateAsync(flowRun, way[5..], force: force)).Status,
            _ => (await SetAsync(host, task, way, force)).Status,
        };

        Assert.InRange(status, 201, 204);
        Assert.Empty(await HoldersAsync(host, "a"));
        Assert.Equal((0L, 0L), await GlobalLimitsApiTests.RowsAsync(host));
    }

    [Fact]
    public async Task A_cancelling_task_run_keeps_its_slot_until_it_is_cancelled()
    {
        await using var host = await TestHost.StartAsync();
        await LimitAsync(host, "a", 1);
        var task = await TaskAsync(host, await RunningFlowAsync(host), "1", "a");
        await SetAsync(host, task, "RUNNING");

        await SetAsync(host, task, "CANCELLING");
        Assert.Single(await HoldersAsync(host, "a"));
        await SetAsync(host, task, "CANCELLED");

        Assert.Empty(await HoldersAsync(host, "a"));
    }

    private static Task<(int Status, JsonElement Body)> LimitAsync(TestHost host, string tag, int limit) => host.PostAsync("concurrency_limits/", new { tag, concurrency_limit = limit });

    private static Task<(int Status, JsonElement Body)> SlotsAsync(TestHost host, string verb, Guid run, params string[] names) =>
        host.PostAsync($"concurrency_limits/{verb}", new { names, task_run_id = run });

    private static async Task<List<Guid>> HoldersAsync(TestHost host, string tag) =>
        [.. (await host.GetAsync($"concurrency_limits/tag/{tag}")).Body.GetProperty("active_slots").EnumerateArray().Select(id => id.GetGuid())];

    private static async Task<string> RunningFlowAsync(TestHost host)
    {
        var run = (await host.FlowRunAsync()).Text("id");
        Assert.Equal("ACCEPT", (await host.SetStateAsync(run, "RUNNING")).Verdict);
        return run;
    }

    private static async Task<string> TaskAsync(TestHost host, string flowRun, string key, params string[] tags) =>
        (await host.PostAsync("task_runs/", new { flow_run_id = flowRun, task_key = "t", dynamic_key = key, tags })).Body.Text("id");

    private static Task<(int Status, string? Verdict, JsonElement Body)> SetAsync(TestHost host, string task, string type, bool force = false) =>
        host.SetStateAsync(task, type, force: force, noun: "task_runs");
}
