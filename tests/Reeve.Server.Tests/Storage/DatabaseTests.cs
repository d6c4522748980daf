using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

public sealed class DatabaseTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Every_kind_of_value_comes_back_as_it_went_in(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using var database = await temporary.OpenAsync();
        var (id, missing) = (Guid.CreateVersion7(), Guid.NewGuid());
        var time = new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero).AddTicks(1234560);
        await AddFlowAsync(database, id, "größe '\"\\ 𝄞", time, ["a", "b"]);

        var flow = await database.ReadAsync(
            session => session.QueryFirstAsync(
                "select id, name, created, tags, labels from flow where id = @id",
                row => (row.Id(0), row.Text(1), row.Time(2), row.Json<IReadOnlyList<string>>(3), row.Element(4)),
                ("id", id)),
            Cancellation);
        var none = await database.ReadAsync(session => session.QueryFirstAsync("select name from flow where id = @id", row => row.Text(0), ("id", missing)), Cancellation);

        Assert.Equal((id, "größe '\"\\ 𝄞", time), (flow.Item1, flow.Item2, flow.Item3));
        Assert.Equal(["a", "b"], flow.Item4);
        Assert.Equal(JsonValueKind.Object, flow.Item5.ValueKind);
        Assert.Null(none);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Lists_tags_and_text_are_found(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using var database = await temporary.OpenAsync();
        var ids = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        string[][] tags = [[], ["a"], ["a", "b"], ["c"]];
        for (var i = 0; i < 4; i++)
            await AddFlowAsync(database, ids[i], $"Flow_{i}%", DateTimeOffset.UnixEpoch, tags[i]);
        var d = database.Dialect;

        Assert.Equal(["Flow_1%", "Flow_3%"], await NamesAsync(database, d.AnyId("id", "p"), new[] { ids[1], ids[3], Guid.NewGuid() }));
        Assert.Equal(["Flow_0%"], await NamesAsync(database, d.AnyText("name", "p"), new[] { "Flow_0%", "x" }));
        Assert.Equal(["Flow_2%"], await NamesAsync(database, d.HasAll("tags", "p"), new[] { "a", "b" }));
        Assert.Equal(["Flow_1%", "Flow_2%", "Flow_3%"], await NamesAsync(database, d.HasAny("tags", "p"), new[] { "a", "c" }));
        Assert.Equal(["Flow_0%"], await NamesAsync(database, $"{d.IsEmptyArray("tags")} and name <> @p", ""));
        Assert.Equal(["Flow_2%"], await NamesAsync(database, d.Like("name", "p"), Dialect.Contains("flow_2%")));
        Assert.Empty(await NamesAsync(database, d.Like("name", "p"), Dialect.Contains("_%2")));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_failing_write_leaves_nothing_and_its_neighbours_alone(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using var database = await temporary.OpenAsync();
        var writes = Enumerable.Range(0, 40).Select(i => database.WriteAsync(
            async session =>
            {
                await InsertFlowAsync(session, Guid.CreateVersion7(), $"flow-{i}", DateTimeOffset.UnixEpoch, []);
                if (i % 4 == 0)
                    throw new InvalidDataException($"item {i}");
            },
            Cancellation).AsTask()).ToList();

        var outcomes = await Task.WhenAll(writes.Select(async write => await Record.ExceptionAsync(() => write)));

        Assert.Equal(Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? $"item {i}" : null), outcomes.Select(fault => fault?.Message));
        Assert.Equal(30, await database.ReadAsync(session => session.ScalarAsync("select count(*) from flow"), Cancellation));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Sixteen_writers_never_see_a_lock(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using var database = await temporary.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await AddFlowAsync(database, Guid.CreateVersion7(), $"{writer}-{i}", DateTimeOffset.UnixEpoch, []);
                Assert.True(await database.ReadAsync(session => session.ScalarAsync("select count(*) from flow"), Cancellation) > i);
            }
        })));

        Assert.Equal(800, await database.ReadAsync(session => session.ScalarAsync("select count(*) from flow"), Cancellation));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_second_unique_name_is_told_as_such(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using var database = await temporary.OpenAsync();
        await AddFlowAsync(database, Guid.CreateVersion7(), "same", DateTimeOffset.UnixEpoch, []);

        var fault = await Assert.ThrowsAsync<StorageException>(() => AddFlowAsync(database, Guid.CreateVersion7(), "same", DateTimeOffset.UnixEpoch, []));

        Assert.True(fault.IsUniqueViolation);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Effects_run_after_the_commit_only(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using var database = await temporary.OpenAsync();
        var effects = 0;
        var woken = database.Wakeups.Next("topic");

        await Assert.ThrowsAsync<InvalidDataException>(async () => await database.WriteAsync(
            ValueTask (session) =>
            {
                session.AfterCommit(() => effects++);
                session.Wake("topic");
                throw new InvalidDataException();
            },
            Cancellation));
        Assert.False(woken.IsCompleted);
        await database.WriteAsync(
            session =>
            {
                session.AfterCommit(() => effects++);
                session.Wake("topic");
                return ValueTask.CompletedTask;
            },
            Cancellation);

        Assert.True(await database.Wakeups.WaitAsync(woken, TimeSpan.FromSeconds(10), Cancellation));
        Assert.Equal(1, effects);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_was_written_is_there_after_opening_again(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using (var first = await temporary.OpenAsync())
            await AddFlowAsync(first, Guid.CreateVersion7(), "kept", DateTimeOffset.UnixEpoch, []);
        await using var second = await temporary.OpenAsync();

        Assert.Equal(["kept"], await NamesAsync(second, "name <> @p", ""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_database_of_a_newer_program_is_refused(DatabaseKind kind)
    {
        await using var temporary = await TestDatabase.CreateAsync(kind);
        await using (var first = await temporary.OpenAsync())
            await first.WriteAsync(async s => await s.ExecuteAsync("insert into schema_version (version, name) values (9000, 'future')"), Cancellation);

        var fault = await Assert.ThrowsAsync<DatabaseUnusableException>(async () => await temporary.OpenAsync());

        Assert.Contains("version 9000", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> NamesAsync(Database database, string where, SqlValue value) =>
        await database.ReadAsync(session => session.QueryAsync($"select name from flow where {where} order by name", row => row.Text(0), ("p", value)), Cancellation);

    private static async Task AddFlowAsync(Database database, Guid id, string name, DateTimeOffset at, string[] tags) =>
        await database.WriteAsync(async session => await InsertFlowAsync(session, id, name, at, tags), Cancellation);

    private static async ValueTask InsertFlowAsync(Session session, Guid id, string name, DateTimeOffset at, string[] tags) =>
        await session.ExecuteAsync(
            "insert into flow (id, created, updated, name, tags) values (@id, @at, @at, @name, @tags)",
            ("id", id), ("at", at), ("name", name), ("tags", SqlValue.Json<IReadOnlyList<string>>(tags)));
}
