using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.ConcurrencyLimits;

/// <summary>
/// Many clients at once take, renew, give back and forget slots while the clock moves. Whoever surely holds slots (it was told so, has not begun to give them back, and its
/// lease has not run out) is counted outside the database: the count is never above the limit, and at the end nothing is left.
/// </summary>
public sealed class SlotSimulationTests
{
    private const int Clients = 24;

    [Theory]
    [InlineData(DatabaseKind.Sqlite, 20_000, 1)]
    [InlineData(DatabaseKind.PostgreSql, 3_000, 2)]
    public async Task Never_more_holders_than_slots_and_no_slot_leaks(DatabaseKind kind, int acquisitions, int seed)
    {
        await using var storage = await TestDatabase.CreateAsync(kind);
        await using var database = await storage.OpenAsync();
        var clock = new SimulatedClock();
        var store = new ConcurrencyLimitsStore(clock);
        Dictionary<string, int> limits = new() { ["one"] = 1, ["three"] = 3, ["ten"] = 10 };
        foreach (var (name, limit) in limits)
            await database.WriteAsync(session => store.AddAsync(session, new GlobalLimitCreate { Name = name, Limit = limit }), TestHost.Cancellation);
        var ledger = new Ledger(limits, clock);

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(() => LiveAsync(database, ledger, clock, new Random((seed * 1000) + number), acquisitions))));

        Assert.Empty(ledger.Faults);
        Assert.True(ledger.Acquired >= acquisitions && ledger.Forgotten > acquisitions / 50 && ledger.Refused > 0 && ledger.Renewed > 0, ledger.ToString());
        ledger.Advance(TimeSpan.FromHours(1));
        await ReapAsync(database, clock);
        var left = await database.ReadAsync(async session => (await session.ScalarAsync("select count(*) from concurrency_lease"), await session.ScalarAsync("select count(*) from concurrency_slot")), TestHost.Cancellation);
        Assert.Equal((0L, 0L), left);
        Assert.All(await database.ReadAsync(session => store.FilterAsync(session, new(), tagsOnly: false), TestHost.Cancellation), limit => Assert.Equal(0, limit.ActiveSlots));
    }

    private static async Task LiveAsync(Database database, Ledger ledger, SimulatedClock clock, Random dice, int acquisitions)
    {
        string[][] wishes = [["one"], ["three"], ["ten"], ["three", "ten"], ["ten", "one"]];
        while (ledger.Acquired < acquisitions)
        {
            if (dice.Next(20) == 0)
                ledger.Advance(TimeSpan.FromSeconds(dice.Next(1, 30)));
            var names = wishes[dice.Next(wishes.Length)];
            var wanted = new SlotsTake { Names = names, Slots = names is ["ten"] ? dice.Next(1, 4) : 1 };
            var asked = clock.GetUtcNow();
            var taking = await database.WriteAsync(session => SlotTaking.TryAsync(session, wanted, TimeSpan.FromSeconds(60), clock.Now()), TestHost.Cancellation);
            if (taking is not SlotTaking.Taken taken)
            {
                ledger.CountRefused();
                continue;
            }
            ledger.Holds(taken.Lease, names, wanted.Slots, asked.AddSeconds(60));
            if (dice.Next(10) == 0)
            {
                ledger.CountForgotten(); // killed: nothing is given back
                continue;
            }
            if (dice.Next(3) == 0)
            {
                asked = clock.GetUtcNow();
                if (await database.WriteAsync(session => ConcurrencySlots.RenewAsync(session, taken.Lease, 90, clock.Now()), TestHost.Cancellation))
                    ledger.Holds(taken.Lease, names, wanted.Slots, asked.AddSeconds(90), renewed: true);
            }
            ledger.Leaves(taken.Lease);
            await database.WriteAsync(session => ConcurrencySlots.ReleaseAsync(session, taken.Lease, clock.Now()), TestHost.Cancellation);
        }
    }

    /// <summary>Who surely holds what.</summary>
    private sealed class Ledger(Dictionary<string, int> limits, SimulatedClock clock)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<Guid, (string[] Names, int Slots, DateTimeOffset Expires)> holders = [];
        private int acquired;
        private int refused;

        internal int Acquired => Volatile.Read(ref acquired);

        internal int Refused => Volatile.Read(ref refused);

        internal int Forgotten { get; private set; }

        internal int Renewed { get; private set; }

        internal List<string> Faults { get; } = [];

        internal void Holds(Guid lease, string[] names, int slots, DateTimeOffset expires, bool renewed = false)
        {
            lock (gate)
            {
                if (renewed)
                    Renewed++;
                else
                    Interlocked.Increment(ref acquired);
                if (expires <= clock.GetUtcNow())
                    return; // the clock ran while the answer was under way
                holders[lease] = (names, slots, expires);
                foreach (var name in names)
                    if (holders.Values.Where(holder => holder.Names.Contains(name)).Sum(holder => holder.Slots) is var used && used > limits[name])
                        Faults.Add($"{used} slots of '{name}' are held, it has {limits[name]}.");
            }
        }

        internal void Leaves(Guid lease)
        {
            lock (gate)
                holders.Remove(lease);
        }

        /// <summary>Whoever's lease runs out does not hold surely from before the clock says so.</summary>
        internal void Advance(TimeSpan by)
        {
            lock (gate)
            {
                foreach (var lapsed in holders.Where(holder => holder.Value.Expires <= clock.GetUtcNow() + by).Select(holder => holder.Key).ToList())
                    holders.Remove(lapsed);
                clock.Advance(by);
            }
        }

        internal void CountRefused() => Interlocked.Increment(ref refused);

        internal void CountForgotten()
        {
            lock (gate)
                Forgotten++;
        }

        public override string ToString() => $"{Acquired} acquired, {Refused} refused, {Forgotten} forgotten, {Renewed} renewed";
    }

    private static async Task ReapAsync(Database database, TimeProvider clock)
    {
        var reaper = new SlotLeaseReaper(database, new Orchestrator(database, new SlotOptions(), clock), new UpkeepOptions(), clock, NullLogger<SlotLeaseReaper>.Instance);
        while (await database.ReadAsync(session => session.ScalarAsync("select count(*) from concurrency_lease where expires <= @now", ("now", clock.Now())), TestHost.Cancellation) > 0)
            await reaper.RunOnceAsync(TestHost.Cancellation);
    }

    private sealed class SimulatedClock : TimeProvider
    {
        private long ticks = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).Ticks;

        public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref ticks), TimeSpan.Zero);

        internal void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
    }
}
