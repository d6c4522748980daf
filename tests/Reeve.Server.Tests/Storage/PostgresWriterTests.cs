using Npgsql;
using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

/// <summary>Writes that share a transaction on PostgreSQL: what happens to one happens to no other.</summary>
public sealed class PostgresWriterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_writes_share_transactions()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();

        var transactions = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => database.WriteAsync(
            async session =>
            {
                PostFlow(session, $"flow-{i}");
                return await session.ScalarAsync("select pg_current_xact_id()::text::bigint");
            },
            Cancellation).AsTask()));

        Assert.InRange(transactions.Distinct().Count(), 1, 100);
        Assert.Equal(200, await CountAsync(database));
    }

    [Fact]
    public async Task A_write_whose_posted_statement_fails_fails_alone_and_has_its_reason()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        await database.WriteAsync(session => { PostFlow(session, "taken"); return ValueTask.CompletedTask; }, Cancellation);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i => await Record.ExceptionAsync(async () => await database.WriteAsync(
            session =>
            {
                PostFlow(session, i % 3 == 0 ? "taken" : $"flow-{i}");
                return ValueTask.CompletedTask;
            },
            Cancellation))));

        Assert.All(outcomes.Index(), outcome => Assert.Equal(outcome.Index % 3 == 0, outcome.Item is StorageException { IsUniqueViolation: true }));
        Assert.Equal(41, await CountAsync(database));
    }

    [Fact]
    public async Task However_many_writes_wait_for_one_row_reads_are_answered()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var id = Guid.CreateVersion7();
        await database.WriteAsync(session => session.ExecuteAsync("insert into flow (id, created, updated, name) values (@id, now(), now(), 'held')", ("id", id)), Cancellation);
        await using var other = new NpgsqlConnection(temporary.Connection);
        await other.OpenAsync(Cancellation);
        await using var holding = await other.BeginTransactionAsync(Cancellation);
        await using (var hold = new NpgsqlCommand("select 1 from flow where name = 'held' for update", other, holding))
            await hold.ExecuteNonQueryAsync(Cancellation);

        var writes = Enumerable.Range(0, 60).Select(_ => database.WriteAsync(
            async session =>
            {
                await session.LockAsync("flow", id);
                return await session.ScalarAsync("select 1");
            },
            Cancellation).AsTask()).ToList();
        // all of them have waited as long as a group may, and wait by themselves
        while (await WaitingForLocksAsync() < 8)
            await Task.Delay(20, Cancellation);
        for (var i = 0; i < 40; i++)
            await database.WriteAsync(session => session.ScalarAsync("select 1"), Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => database.ReadAsync(session => session.ScalarAsync("select 1"), Cancellation).AsTask())).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        Assert.All(writes, write => Assert.False(write.IsCompleted));
        await holding.RollbackAsync(Cancellation);

        Assert.Equal(60, (await Task.WhenAll(writes)).Length);

        async Task<long> WaitingForLocksAsync()
        {
            // not in the transaction, which would see the same activity at every look
            await using var looking = new NpgsqlConnection(temporary.Connection);
            await looking.OpenAsync(Cancellation);
            await using var count = new NpgsqlCommand("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", looking);
            return (long)(await count.ExecuteScalarAsync(Cancellation))!;
        }
    }

    [Fact]
    public async Task What_was_posted_is_seen_by_the_next_question_and_results_keep_to_their_statements()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var id = Guid.CreateVersion7();

        var (seen, locked, changed) = await database.WriteAsync(
            async session =>
            {
                session.Post("insert into flow (id, created, updated, name) values (@id, now(), now(), 'it''s @id')", ("id", id));
                var seen = await session.QueryFirstAsync("select name from flow where id = @id", static row => row.Text(0), ("id", id));
                await session.LockAsync("flow", id);
                session.Post("update flow set name = @name where id = @id", ("id", id), ("name", "second"));
                await session.LockAsync("flow", id);
                var locked = await session.QueryAsync("select name from flow -- @nobody\nwhere id = @id", static row => row.Text(0), ("id", id));
                session.Post("update flow set name = 'third'");
                return (seen, Assert.Single(locked), await session.ExecuteAsync("update flow set name = 'fourth' where name = @third", ("third", "third")));
            },
            Cancellation);

        Assert.Equal(("it's @id", "second", 1), (seen, locked, changed));
    }

    [Fact]
    public async Task A_caller_that_gives_up_takes_nobody_with_it()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        using var impatient = new CancellationTokenSource();
        var writes = Enumerable.Range(0, 60).Select(i => database.WriteAsync(
            async session =>
            {
                if (i == 30)
                    await impatient.CancelAsync();
                await InsertFlowAsync(session, $"flow-{i}");
            },
            i % 2 == 0 ? Cancellation : impatient.Token).AsTask()).ToList();

        var outcomes = await Task.WhenAll(writes.Select(async write => await Record.ExceptionAsync(() => write)));

        Assert.All(outcomes.Index().Where(outcome => outcome.Index % 2 == 0), outcome => Assert.Null(outcome.Item));
        Assert.All(outcomes, fault => Assert.True(fault is null or OperationCanceledException, fault?.ToString()));
        // whoever was told that it is written is there
        Assert.InRange(await CountAsync(database), outcomes.Count(fault => fault is null), 60);
    }

    [Fact]
    public async Task A_connection_lost_before_the_commit_costs_another_attempt_only()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        await using var other = NpgsqlDataSource.Create(temporary.Connection);
        var attempts = 0;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => database.WriteAsync(
            async session =>
            {
                await InsertFlowAsync(session, $"flow-{i}");
                if (i != 7 || Interlocked.Increment(ref attempts) > 1)
                    return;
                var self = await session.ScalarAsync("select pg_backend_pid()");
                await using var end = other.CreateCommand("select pg_terminate_backend($1::int)");
                end.Parameters.Add(new() { Value = self });
                await end.ExecuteScalarAsync(Cancellation);
            },
            Cancellation).AsTask()));

        Assert.Equal(2, attempts);
        Assert.Equal(20, await CountAsync(database));
    }

    [Fact]
    public async Task Groups_that_hold_what_the_other_wants_both_come_through()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var id in ids)
            await database.WriteAsync(async session => await session.ExecuteAsync("insert into flow (id, created, updated, name, labels) values (@id, now(), now(), @name, '0')", ("id", id), ("name", id.ToString())), Cancellation);

        // half of the works lock in the one order, half in the other
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => database.WriteAsync(
            async session =>
            {
                foreach (var id in i % 2 == 0 ? ids : ids.Reverse())
                {
                    await session.LockAsync("flow", id);
                    var counted = await session.QueryFirstAsync("select labels from flow where id = @id", static row => row.Element(0).GetInt32(), ("id", id));
                    session.Post("update flow set labels = @labels where id = @id", ("id", id), ("labels", SqlValue.Json(counted + 1)));
                }
            },
            Cancellation).AsTask()));

        Assert.Equal([16, 16], await database.ReadAsync(session => session.QueryAsync("select labels from flow", static row => row.Element(0).GetInt32()), Cancellation));
    }

    [Fact]
    public async Task A_row_that_somebody_else_holds_keeps_only_those_who_want_it()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();
        var id = Guid.CreateVersion7();
        await database.WriteAsync(async session => await session.ExecuteAsync("insert into flow (id, created, updated, name) values (@id, now(), now(), 'held')", ("id", id)), Cancellation);
        await using var other = NpgsqlDataSource.Create(temporary.Connection);
        await using var holder = await other.OpenConnectionAsync(Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(Cancellation);
        await using (var hold = new NpgsqlCommand("update flow set name = 'mine'", holder))
            await hold.ExecuteNonQueryAsync(Cancellation);

        var waiting = database.WriteAsync(async session => await session.ExecuteAsync("update flow set name = 'theirs' where id = @id", ("id", id)), Cancellation).AsTask();
        // many more than there are groups
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => database.WriteAsync(session => InsertFlowAsync(session, $"flow-{i}"), Cancellation).AsTask()));
        Assert.False(waiting.IsCompleted);
        await transaction.CommitAsync(Cancellation);

        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task Work_that_goes_on_after_a_failed_statement_is_not_answered_as_written()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        await using var database = await temporary.OpenAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await database.WriteAsync(
            async session =>
            {
                await InsertFlowAsync(session, "same");
                _ = await Record.ExceptionAsync(async () => await InsertFlowAsync(session, "same"));
            },
            Cancellation));

        Assert.Equal(0, await CountAsync(database));
    }

    private static ValueTask InsertFlowAsync(Session session, string name)
    {
        PostFlow(session, name);
        return new(session.ScalarAsync("select 1").AsTask());
    }

    private static void PostFlow(Session session, string name) =>
        session.Post("insert into flow (id, created, updated, name) values (@id, now(), now(), @name)", ("id", Guid.CreateVersion7()), ("name", name));

    private static async Task<long> CountAsync(Database database) => await database.ReadAsync(session => session.ScalarAsync("select count(*) from flow"), Cancellation);
}
