using System.Collections.Concurrent;
using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

/// <summary>Pieces of work that run beside each other in one transaction of PostgreSQL.</summary>
public sealed class PostgresTogetherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_of_several_travel_together_and_each_gets_its_own_answer()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var log = new ConcurrentQueue<(string Transaction, string What)>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => database.WriteBesideAsync(
            async session =>
            {
                var transaction = await session.QueryFirstAsync("select pg_current_xact_id()::text", static row => row.Text(0));
                log.Enqueue((transaction!, "asks"));
                var (number, changed) = (await session.ScalarAsync("select @i::bigint", ("i", i)), await session.ExecuteAsync("update flow set name = name where false"));
                log.Enqueue((transaction!, "knows"));
                return (number, changed);
            },
            Cancellation).AsTask()));

        Assert.All(answers.Index(), answer => Assert.Equal((answer.Index, 0), answer.Item));
        // one after the other each would know before the next asks
        Assert.Contains(log.GroupBy(entry => entry.Transaction), transaction => transaction.Select(entry => entry.What).Take(2).SequenceEqual(["asks", "asks"]));
    }

    [Fact]
    public async Task A_row_that_one_has_locked_is_nobody_elses_until_it_ends()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var flows = await AddFlowsAsync(database, 2);

        await Task.WhenAll(Enumerable.Range(0, 80).Select(i => IncreaseAsync(database, flows[i % 2]).AsTask()));

        Assert.Equal(["40", "40"], await database.ReadAsync(session => session.QueryAsync("select name from flow", static row => row.Text(0)), Cancellation));
    }

    [Fact]
    public async Task Those_that_wait_for_each_other_are_done_by_themselves()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var flows = await AddFlowsAsync(database, 2);

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => database.WriteBesideAsync(
            async session =>
            {
                foreach (var flow in i % 2 == 0 ? flows : [.. flows.AsEnumerable().Reverse()])
                    await IncreaseAsync(session, flow);
                return true;
            },
            Cancellation).AsTask()));

        Assert.Equal(["30", "30"], await database.ReadAsync(session => session.QueryAsync("select name from flow", static row => row.Text(0)), Cancellation));
    }

    [Fact]
    public async Task One_that_fails_takes_nobody_with_it()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var flow = (await AddFlowsAsync(database, 1))[0];

        var faults = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i => await Record.ExceptionAsync(async () => await database.WriteBesideAsync(
            async session =>
            {
                await IncreaseAsync(session, flow);
                return (i % 3) switch
                {
                    0 => await session.ScalarAsync("select 1 / 0"),
                    1 => throw new InvalidOperationException("on purpose"),
                    _ => 0L,
                };
            },
            Cancellation))));

        Assert.All(faults.Index(), fault => Assert.Equal((fault.Index % 3) switch { 0 => typeof(StorageException), 1 => typeof(InvalidOperationException), _ => null }, fault.Item?.GetType()));
        Assert.Equal(["20"], await database.ReadAsync(session => session.QueryAsync("select name from flow", static row => row.Text(0)), Cancellation));
    }

    private static ValueTask<bool> IncreaseAsync(Database database, Guid flow) => database.WriteBesideAsync(
        async session =>
        {
            await IncreaseAsync(session, flow);
            return true;
        },
        Cancellation);

    // what it read is old as soon as another comes between
    private static async ValueTask IncreaseAsync(Session session, Guid flow)
    {
        await session.LockAsync("flow", flow);
        var count = await session.ScalarAsync("select name::bigint from flow where id = @id", ("id", flow));
        session.Post("update flow set name = @name where id = @id", ("name", $"{count + 1}"), ("id", flow));
    }

    // a flow's name is unique: each counts in its own way, and they meet at the end only
    private static async Task<List<Guid>> AddFlowsAsync(Database database, int count)
    {
        List<Guid> flows = [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
        await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("alter table flow drop constraint if exists flow_name_key");
                foreach (var flow in flows)
                    await session.ExecuteAsync("insert into flow (id, created, updated, name) values (@id, now(), now(), '0')", ("id", flow));
            },
            Cancellation);
        return flows;
    }
}
