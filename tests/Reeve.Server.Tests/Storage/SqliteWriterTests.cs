using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

public sealed class SqliteWriterTests
{
    [Fact]
    public async Task A_full_queue_says_come_back_and_nothing_accepted_is_lost()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var database = await temporary.OpenAsync();
        using var gate = new ManualResetEventSlim();
        var cancellation = TestContext.Current.CancellationToken;
        var blocking = database.WriteAsync(
            _ =>
            {
                gate.Wait(cancellation);
                return ValueTask.CompletedTask;
            },
            cancellation).AsTask();
        List<Task> accepted = [];
        StorageBusyException? refused = null;
        while (refused is null && accepted.Count < SqliteWriter.Capacity * 2)
        {
            try
            {
                var name = $"flow-{accepted.Count}";
                accepted.Add(database.WriteAsync(
                    async s => await s.ExecuteAsync("insert into flow (id, created, updated, name) values (@id, 0, 0, @name)", ("id", Guid.NewGuid()), ("name", name)),
                    cancellation).AsTask());
                if (accepted[^1].IsFaulted)
                    await accepted[^1];
            }
            catch (StorageBusyException fault)
            {
                refused = fault;
                accepted.RemoveAll(task => task.IsFaulted);
            }
        }
        gate.Set();
        await blocking;
        await Task.WhenAll(accepted);

        Assert.NotNull(refused);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.Equal(accepted.Count, await database.ReadAsync(session => session.ScalarAsync("select count(*) from flow"), cancellation));
    }

    [Fact]
    public async Task Work_that_awaits_something_else_is_refused_and_undone()
    {
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var database = await temporary.OpenAsync();
        var cancellation = TestContext.Current.CancellationToken;

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("insert into flow (id, created, updated, name) values (@id, 0, 0, 'x')", ("id", Guid.NewGuid()));
                await new TaskCompletionSource().Task; // something that is not its session
            },
            cancellation));

        Assert.Equal(0, await database.ReadAsync(session => session.ScalarAsync("select count(*) from flow"), cancellation));
    }

    [Theory]
    [InlineData("sqlite:////tmp/a.db", "/tmp/a.db")]
    [InlineData("sqlite+aiosqlite:///rel/a.db", "rel/a.db")]
    [InlineData("Data Source=/tmp/a.db;Cache=Shared", "/tmp/a.db")]
    [InlineData("/tmp/a b.db", "/tmp/a b.db")]
    public void Each_form_of_a_file_address_names_the_file(string text, string file) => Assert.Equal(file, DatabaseAddress.Parse(text).File);

    [Theory]
    [InlineData("postgresql://u:p%40ss@h:6000/d")]
    [InlineData("postgresql+asyncpg://u:p%40ss@h:6000/d")]
    [InlineData("Host=h;Port=6000;Username=u;Password=p@ss;Database=d")]
    public void Each_form_of_a_PostgreSQL_address_names_server_user_and_database(string text)
    {
        var address = DatabaseAddress.Parse(text).Postgres!;
        Assert.Equal(("h", 6000, "u", "p@ss", "d"), (address.Host, address.Port, address.Username, address.Password, address.Database));
    }

    [Theory]
    [InlineData("mysql://u:secret@h/d")]
    [InlineData("postgresql://u:secret@h:notaport/d")]
    [InlineData("sqlite:///:memory:")]
    [InlineData("")]
    public void An_unusable_address_is_told_without_its_password(string text)
    {
        var fault = Assert.Throws<DatabaseUnusableException>(() => DatabaseAddress.Parse(text));
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
    }
}
