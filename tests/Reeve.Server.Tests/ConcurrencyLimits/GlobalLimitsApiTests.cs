using System.Globalization;
using System.Text.Json;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.ConcurrencyLimits;

public sealed class GlobalLimitsApiTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_limit_is_made_read_by_id_and_name_changed_and_deleted(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var (status, made) = await host.PostAsync("v2/concurrency_limits/", new { name = "database", limit = 3, slot_decay_per_second = 0.5, active_slots = 2 });

        Assert.Equal(201, status);
        Assert.Equal((3, 2, true), (made.GetProperty("limit").GetInt32(), made.GetProperty("active_slots").GetInt32(), made.GetProperty("active").GetBoolean()));
        Assert.Equal(made.Text("id"), (await host.GetAsync("v2/concurrency_limits/database")).Body.Text("id"));
        Assert.Equal("database", (await host.GetAsync($"v2/concurrency_limits/{made.Text("id")}")).Body.Text("name"));
        Assert.Equal(409, (await host.PostAsync("v2/concurrency_limits/", new { name = "database", limit = 1 })).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "v2/concurrency_limits/database", new { limit = 9, name = "db" })).Status);
        Assert.Equal("9", (await host.GetAsync("v2/concurrency_limits/db")).Body.Text("limit"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, "v2/concurrency_limits/db")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, "v2/concurrency_limits/db")).Status);
        Assert.Equal(404, (await host.GetAsync("v2/concurrency_limits/db")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Patch, "v2/concurrency_limits/db", new { limit = 9 })).Status);
    }

    [Theory]
    [InlineData("v2/concurrency_limits/", """{"name": "a/b", "limit": -1, "slot_decay_per_second": -1}""", 3)]
    [InlineData("v2/concurrency_limits/", """{"name": "a"}""", 1)]
    [InlineData("v2/concurrency_limits/", """{"name": "a", "limit": 99999999999999999999}""", 1)]
    [InlineData("v2/concurrency_limits/increment", """{"names": [], "slots": 0, "mode": "often"}""", 3)]
    [InlineData("v2/concurrency_limits/increment", """{"names": ["a"], "slots": "many"}""", 1)]
    [InlineData("v2/concurrency_limits/increment-with-lease", """{"names": ["a"], "slots": 1, "lease_duration": 5, "holder": {"type": "person", "id": "0d764b8e-ac64-4658-8582-772c67de5042"}}""", 2)]
    [InlineData("v2/concurrency_limits/decrement", """{"names": ["a"], "slots": 1, "occupancy_seconds": 0}""", 1)]
    [InlineData("v2/concurrency_limits/decrement-with-lease", """{"lease_id": "x"}""", 1)]
    [InlineData("v2/concurrency_limits/leases/0d764b8e-ac64-4658-8582-772c67de5042/renew", """{"lease_duration": 1e9}""", 1)]
    [InlineData("concurrency_limits/", """{"tag": "", "concurrency_limit": -1}""", 2)]
    [InlineData("concurrency_limits/increment", """{"names": ["a"], "task_run_id": "nobody"}""", 1)]
    public async Task A_body_that_cannot_be_used_is_refused_with_every_fault(string path, string body, int faults)
    {
        await using var host = await TestHost.StartAsync();

        var (status, answer) = await host.PostAsync(path, body);

        Assert.Equal(422, status);
        Assert.Equal(faults, answer.GetProperty("exception_detail").GetArrayLength());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Slots_are_taken_of_all_limits_or_of_none(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "a", "limit": 2}""", """{"name": "b", "limit": 1}""");
        Assert.Equal(200, (await TakeAsync(host, 1, "b")).Status);

        var (status, body) = await TakeAsync(host, 1, "a", "b", "unknown");

        Assert.Equal((423, "Locked"), (status, body.Text("detail")));
        Assert.Equal((0, 1), (await UsedAsync(host, "a"), await UsedAsync(host, "b")));
        Assert.Equal(200, (await GiveBackAsync(host, 1, "b")).Status);
        var taken = await TakeAsync(host, 1, "a", "b", "unknown");
        Assert.Equal(["a", "b"], taken.Body.EnumerateArray().Select(limit => limit.Text("name")));
        Assert.Equal((1, 1), (await UsedAsync(host, "a"), await UsedAsync(host, "b")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task More_slots_than_the_limit_has_can_never_be_had_and_say_so(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "a", "limit": 2}""", """{"name": "none", "limit": 0}""", """{"name": "off", "limit": 1, "active": false}""");

        Assert.Equal(422, (await TakeAsync(host, 3, "a")).Status);
        Assert.Equal(422, (await TakeAsync(host, 1, "none")).Status);
        Assert.Equal(200, (await TakeAsync(host, 5, "off")).Status);
        Assert.Equal(0, await UsedAsync(host, "off"));
        Assert.Equal(422, (await host.PostAsync("v2/concurrency_limits/increment", new { names = new[] { "a" }, slots = 1, mode = "rate_limit" })).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Giving_back_in_parts_frees_the_parts_and_never_what_a_lease_holds(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "a", "limit": 10}""");
        await TakeAsync(host, 3, "a");
        await TakeAsync(host, 2, "a");
        await LeaseAsync(host, 4, "a");

        await GiveBackAsync(host, 4, "a");
        Assert.Equal(5, await UsedAsync(host, "a"));
        await GiveBackAsync(host, 9, "a");

        Assert.Equal(4, await UsedAsync(host, "a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lease_that_is_renewed_holds_and_one_that_is_not_lapses_for_good(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await StartAsync(kind, clock, """{"name": "a", "limit": 1}""");
        var lease = (await LeaseAsync(host, 1, "a")).Body.Text("lease_id");
        clock.Offset += TimeSpan.FromSeconds(50);
        Assert.Equal(204, (await RenewAsync(host, lease)).Status);
        clock.Offset += TimeSpan.FromSeconds(50);
        Assert.Equal((423, 1), ((await LeaseAsync(host, 1, "a")).Status, await UsedAsync(host, "a")));

        clock.Offset += TimeSpan.FromSeconds(20);

        Assert.Equal(0, await UsedAsync(host, "a"));
        Assert.Equal(410, (await RenewAsync(host, lease)).Status);
        Assert.Equal(200, (await LeaseAsync(host, 1, "a")).Status);
        Assert.Equal(204, (await EndAsync(host, lease)).Status);
        Assert.Equal(1, await UsedAsync(host, "a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lapsed_lease_is_cleared_away(DatabaseKind kind)
    {
        var clock = new MovedClock();
        await using var host = await StartAsync(kind, clock, """{"name": "a", "limit": 1}""");
        await LeaseAsync(host, 1, "a");
        await TakeAsync(host, 1, "a");
        clock.Offset += TimeSpan.FromSeconds(61);

        await host.Service<Reeve.Server.ConcurrencyLimits.SlotLeaseReaper>().RunOnceAsync(TestHost.Cancellation);

        Assert.Equal((0L, 0L), await RowsAsync(host));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_rate_frees_its_slots_as_time_passes(DatabaseKind kind)
    {
        var clock = new StoppedClock();
        await using var host = await StartAsync(kind, clock, """{"name": "calls", "limit": 4, "slot_decay_per_second": 2}""");
        for (var i = 0; i < 4; i++)
            Assert.Equal(200, (await TakeAsync(host, 1, "calls")).Status);
        Assert.Equal(423, (await TakeAsync(host, 1, "calls")).Status);

        clock.Now += TimeSpan.FromMilliseconds(499);
        Assert.Equal(423, (await TakeAsync(host, 1, "calls")).Status);
        clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(200, (await TakeAsync(host, 1, "calls")).Status);
        Assert.Equal(423, (await TakeAsync(host, 1, "calls")).Status);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(2, await UsedAsync(host, "calls"));
        Assert.Equal(200, (await TakeAsync(host, 2, "calls")).Status);
        clock.Now += TimeSpan.FromSeconds(2);
        Assert.Equal(0, await UsedAsync(host, "calls"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_rate_under_constant_pressure_keeps_to_it_and_keeps_no_rows(DatabaseKind kind)
    {
        var clock = new StoppedClock();
        await using var host = await StartAsync(kind, clock, """{"name": "calls", "limit": 5, "slot_decay_per_second": 10}""");
        var taken = 0;

        for (var i = 0; i < 100; i++, clock.Now += TimeSpan.FromMilliseconds(50))
            taken += (await TakeAsync(host, 1, "calls")).Status == 200 ? 1 : 0;

        Assert.InRange(taken, 5 + 48, 5 + 50); // five at once, then ten a second
        Assert.InRange((await RowsAsync(host)).Slots, 1, 6);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Who_waits_has_the_slot_as_soon_as_it_is_given_back(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "a", "limit": 1}""");
        var lease = (await LeaseAsync(host, 1, "a")).Body.Text("lease_id");

        var waiting = host.PostAsync("v2/concurrency_limits/increment-with-lease", new { names = new[] { "a" }, slots = 1, lease_duration = 60 }, ("Prefer", "wait=50"));
        var refused = await LeaseAsync(host, 1, "a");
        Assert.False(waiting.IsCompleted, "The slot is taken: there is nothing to answer yet.");
        await EndAsync(host, lease);

        // the wait would end by itself only after fifty seconds, or ten without a signal
        var (status, body) = await waiting.WaitAsync(TimeSpan.FromSeconds(9), TestHost.Cancellation);
        Assert.Equal((423, 200), (refused.Status, status));
        Assert.NotEqual(lease, body.Text("lease_id"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Who_waits_has_a_slot_as_soon_as_the_limit_grows(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "a", "limit": 1}""");
        await TakeAsync(host, 1, "a");
        var waiting = host.PostAsync("v2/concurrency_limits/increment", new { names = new[] { "a" }, slots = 1 }, ("Prefer", "wait=50"));
        Assert.Equal(423, (await TakeAsync(host, 1, "a")).Status);

        await host.SendAsync(HttpMethod.Patch, "v2/concurrency_limits/a", new { limit = 2 });

        Assert.Equal(200, (await waiting.WaitAsync(TimeSpan.FromSeconds(9), TestHost.Cancellation)).Status);
        Assert.Equal(2, await UsedAsync(host, "a"));
    }

    [Fact]
    public async Task A_wait_that_ends_in_vain_answers_as_one_that_did_not_wait()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite, """{"name": "a", "limit": 1}""");
        await TakeAsync(host, 1, "a");

        Assert.Equal(423, (await host.PostAsync("v2/concurrency_limits/increment", new { names = new[] { "a" }, slots = 1 }, ("Prefer", "wait=0.05"))).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_count_of_what_is_used_can_be_set_both_ways(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "a", "limit": 5}""");
        await TakeAsync(host, 2, "a");
        foreach (var wanted in (int[])[5, 1, 0])
        {
            Assert.Equal(204, (await host.SendAsync(HttpMethod.Patch, "v2/concurrency_limits/a", new { active_slots = wanted })).Status);
            Assert.Equal(wanted, await UsedAsync(host, "a"));
        }
        Assert.Equal((0L, 0L), await RowsAsync(host));
    }

    [Fact]
    public async Task Only_clients_of_the_2_line_make_limits_by_using_them()
    {
        await using var host = await TestHost.StartAsync();
        var body = new { names = new[] { "new" }, slots = 1 };

        Assert.Equal("[]", (await host.PostAsync("v2/concurrency_limits/increment", body, ("User-Agent", "prefect/3.8.3 (API 0.8.4)"))).Body.ToString());
        Assert.Equal(404, (await host.GetAsync("v2/concurrency_limits/new")).Status);
        Assert.Equal("new", (await host.PostAsync("v2/concurrency_limits/increment", body, ("User-Agent", "prefect/2.20.25 (API 0.8.4)"))).Body[0].Text("name"));
        Assert.Equal("False", (await host.GetAsync("v2/concurrency_limits/new")).Body.Text("active"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_wish_that_a_full_limit_refuses_makes_no_other(DatabaseKind kind)
    {
        await using var host = await StartAsync(kind, """{"name": "full", "limit": 1, "active_slots": 1}""");
        var body = new { names = new[] { "new", "full", "again" }, slots = 1 };

        Assert.Equal(423, (await host.PostAsync("v2/concurrency_limits/increment", body, ("User-Agent", "prefect/2.20.25 (API 0.8.4)"))).Status);
        Assert.Equal(404, (await host.GetAsync("v2/concurrency_limits/new")).Status);
        await host.SendAsync(HttpMethod.Patch, "v2/concurrency_limits/full", new { active_slots = 0 });

        var taken = await host.PostAsync("v2/concurrency_limits/increment", body, ("User-Agent", "prefect/2.20.25 (API 0.8.4)"));
        Assert.Equal(["again", "full", "new"], taken.Body.EnumerateArray().Select(limit => limit.Text("name")));
        Assert.Equal(200, (await host.GetAsync("v2/concurrency_limits/new")).Status);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lease_on_limits_that_are_not_there_can_be_renewed_and_ended(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);

        var (status, body) = await LeaseAsync(host, 1, "nothing");

        Assert.Equal((200, 0), (status, body.GetProperty("limits").GetArrayLength()));
        Assert.Equal(204, (await RenewAsync(host, body.Text("lease_id"))).Status);
        Assert.Equal(204, (await EndAsync(host, body.Text("lease_id"))).Status);
        Assert.Equal(410, (await RenewAsync(host, body.Text("lease_id"))).Status);
    }

    internal static Task<TestHost> StartAsync(DatabaseKind kind, params string[] limits) => StartAsync(kind, TimeProvider.System, limits);

    internal static async Task<TestHost> StartAsync(DatabaseKind kind, TimeProvider clock, params string[] limits)
    {
        var host = await TestHost.StartAsync(kind, options => options with { Clock = clock });
        foreach (var limit in limits)
            Assert.Equal(201, (await host.PostAsync("v2/concurrency_limits/", limit)).Status);
        return host;
    }

    internal static Task<(int Status, JsonElement Body)> TakeAsync(TestHost host, int slots, params string[] names) => host.PostAsync("v2/concurrency_limits/increment", new { names, slots });

    internal static Task<(int Status, JsonElement Body)> GiveBackAsync(TestHost host, int slots, params string[] names) => host.PostAsync("v2/concurrency_limits/decrement", new { names, slots });

    internal static Task<(int Status, JsonElement Body)> LeaseAsync(TestHost host, int slots, params string[] names) =>
        host.PostAsync("v2/concurrency_limits/increment-with-lease", new { names, slots, lease_duration = 60 });

    internal static Task<(int Status, JsonElement Body)> RenewAsync(TestHost host, string lease) => host.PostAsync($"v2/concurrency_limits/leases/{lease}/renew", new { lease_duration = 60 });

    internal static Task<(int Status, JsonElement Body)> EndAsync(TestHost host, string lease) => host.PostAsync("v2/concurrency_limits/decrement-with-lease", new { lease_id = lease });

    internal static async Task<int> UsedAsync(TestHost host, string name) => int.Parse((await host.GetAsync($"v2/concurrency_limits/{name}")).Body.Text("active_slots"), CultureInfo.InvariantCulture);

    internal static ValueTask<(long Leases, long Slots)> RowsAsync(TestHost host) => host.Database.ReadAsync(
        async session => (await session.ScalarAsync("select count(*) from concurrency_lease"), await session.ScalarAsync("select count(*) from concurrency_slot")), TestHost.Cancellation);
}

/// <summary>A clock that stands unless it is set.</summary>
internal sealed class StoppedClock : TimeProvider
{
    internal DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
