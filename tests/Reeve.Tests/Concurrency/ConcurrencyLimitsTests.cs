using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Concurrency;

public sealed class ConcurrencyLimitsTests : EngineStage
{
    private readonly Guid _lease = Guid.NewGuid();

    [Fact]
    public Task Taken_slots_name_their_holder_and_are_given_back_once() => In(async () =>
    {
        Api.Extra = (_, path, _) => path.EndsWith("increment-with-lease", StringComparison.Ordinal) ? (200, Granted("db")) : (204, null);

        await Holding(Token);

        var take = JsonSerializer.Deserialize(Asked("increment-with-lease").Single(), WireJson.TypeInfo<SlotsTake>())!;
        Assert.Equal((2, "task_run", Api.TaskRun("hold-0").Id, 60d), (take.Slots, take.Holder!.Type, take.Holder.Id, take.LeaseDuration));
        Assert.Equal(_lease, WireJson.Parse(Assert.Single(Asked("decrement-with-lease"))).GetProperty("lease_id").GetGuid());
    });

    [Fact]
    public Task Full_limit_is_asked_again_until_there_is_room() => In(async () =>
    {
        var asked = 0;
        Api.Extra = (_, path, _) => !path.EndsWith("increment-with-lease", StringComparison.Ordinal) ? (204, null) : ++asked < 3 ? (423, null) : (200, Granted("db"));

        await using var scope = await ConcurrencyLimits.AcquireAsync("db", ct: Token);

        Assert.Equal(["db"], scope.Names);
        Assert.Equal(3, asked);
    });

    [Fact]
    public Task Waiting_ends_with_its_time_with_its_token_and_with_the_run() => In(async () =>
    {
        Api.Extra = (_, _, _) => (423, null);
        using var source = new CancellationTokenSource();

        var late = await Assert.ThrowsAsync<TimeoutException>(() => ConcurrencyLimits.AcquireAsync("db", 2, TimeSpan.FromMilliseconds(1), ct: Token));
        var waiting = ConcurrencyLimits.AcquireAsync("db", ct: source.Token);
        var run = Waiting(source.Token);
        await source.CancelAsync();

        Assert.Equal("2 slot(s) of 'db' did not become free within 0.001 second(s).", late.Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    });

    [Fact]
    public Task Server_without_leases_is_asked_for_slots_without_them() => In(async () =>
    {
        Api.Extra = (_, path, _) => path.EndsWith("/increment", StringComparison.Ordinal) ? (200, new List<TakenLimit> { new(Guid.NewGuid(), "db", 4) })
            : path.EndsWith("/decrement", StringComparison.Ordinal) ? (200, new List<TakenLimit>()) : null;

        await (await ConcurrencyLimits.AcquireAsync("db", slots: 3, ct: Token)).DisposeAsync();

        Assert.Equal(3, WireJson.Parse(Assert.Single(Asked("/decrement"))).GetProperty("slots").GetInt32());
    });

    [Fact]
    public async Task Lost_lease_cancels_the_scope_and_nothing_is_given_back()
    {
        var time = new HandClock();
        await using var session = new Reeve.Engine.EngineSession(
            new Reeve.Settings.ReeveSettings(_ => null, new Reeve.Settings.Profile("test", new Dictionary<string, string>())),
            new Reeve.Client.ApiConnection(new SocketsHttpHandler(), Api.Url, Reeve.Client.RetryPolicy.None), time);
        Api.Extra = (_, path, _) => path.EndsWith("increment-with-lease", StringComparison.Ordinal) ? (200, Granted("db")) : (410, null);
        Reeve.Engine.EngineSession.Current = session;

        await using (var scope = await ConcurrencyLimits.AcquireAsync("db", ct: Token))
        {
            var lost = new TaskCompletionSource();
            scope.Token.Register(lost.SetResult);
            await time.TimerAsync(TimeSpan.FromSeconds(20));
            time.Fire(TimeSpan.FromSeconds(20));
            await lost.Task;
            Assert.True(scope.IsLost);
        }

        Assert.Single(Asked("renew"));
        Assert.Empty(Asked("decrement-with-lease"));
    }

    [Fact]
    public Task Strict_scope_of_a_limit_that_is_not_there_gives_back_what_it_has() => In(async () =>
    {
        Api.Extra = (_, path, _) => path.EndsWith("increment-with-lease", StringComparison.Ordinal) ? (200, Granted("db")) : (204, null);

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => ConcurrencyLimits.AcquireAsync(["db", "cache"], strict: true, ct: Token));

        Assert.StartsWith("There is no concurrency limit 'cache'.", thrown.Message, StringComparison.Ordinal);
        Assert.Single(Asked("decrement-with-lease"));
    });

    private SlotLease Granted(params string[] names) => new(_lease, [.. names.Select(name => new TakenLimit(Guid.NewGuid(), name, 5))]);

    private IEnumerable<string> Asked(string route) => Api.Requests.Where(request => request.Path.EndsWith(route, StringComparison.Ordinal)).Select(request => request.Body);

    [Flow]
    private static Task Holding(CancellationToken ct) => Hold(ct);

    [Task]
    private static async Task Hold(CancellationToken ct)
    {
        var scope = await ConcurrencyLimits.AcquireAsync("db", slots: 2, ct: ct);
        await scope.DisposeAsync();
        await scope.DisposeAsync();
    }

    [Flow]
    private static Task Waiting(CancellationToken ct) => ConcurrencyLimits.AcquireAsync("db", ct: ct);
}
