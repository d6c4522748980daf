using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

public sealed class DatabaseUpkeepTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_upgraded_database_is_whole_and_up_to_date(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await DatabaseUpkeep.UpgradeAsync(database.Connection, TimeProvider.System, Cancellation);

        var report = await CheckAsync(database);

        Assert.True(report.IsGood, string.Join(' ', report.Faults));
        Assert.Equal(report.ProgramVersion, report.Version);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_row_that_refers_to_nothing_and_a_newer_version_are_found(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using (var opened = await database.OpenAsync())
        {
            await opened.WriteAsync(async session => await session.ExecuteAsync("insert into schema_version (version, name) values (9999, '9999_from_tomorrow')"), Cancellation);
            if (kind == DatabaseKind.Sqlite)
                await opened.WriteAsync(
                    async session => await session.ExecuteAsync("insert into flow (id, created, updated, name) values (@id, @now, @now, 'f')", ("id", Guid.NewGuid()), ("now", TimeProvider.System.GetUtcNow())), Cancellation);
        }

        if (kind == DatabaseKind.Sqlite)
        {
            using var connection = new SqliteConnection(database.Connection["sqlite:///".Length..], readOnly: false);
            connection.Run("insert into flow_run (id, created, updated, name, flow_id) values (x'00', 0, 0, 'lost', x'01')");
        }

        var report = await CheckAsync(database);

        Assert.False(report.IsGood);
        Assert.Contains(report.Faults, fault => fault.Contains("version 9999", StringComparison.Ordinal));
        if (kind == DatabaseKind.Sqlite)
            Assert.Contains("A row of flow_run refers to a row of flow that does not exist.", report.Faults);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Drop_leaves_no_table_and_upgrade_makes_them_anew(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await DatabaseUpkeep.UpgradeAsync(database.Connection, TimeProvider.System, Cancellation);
        await using (var upkeep = await DatabaseUpkeep.OpenAsync(database.Connection, Cancellation))
            await upkeep.DropAsync(Cancellation);

        var dropped = await CheckAsync(database);
        await DatabaseUpkeep.UpgradeAsync(database.Connection, TimeProvider.System, Cancellation);

        Assert.Equal(0, dropped.Version);
        Assert.NotEmpty(dropped.Pending);
        Assert.True((await CheckAsync(database)).IsGood);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Vacuum_keeps_every_row(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using (var opened = await database.OpenAsync())
            await opened.WriteAsync(async session => await session.ExecuteAsync("insert into configuration (key, value) values ('kept', '1')"), Cancellation);

        await using (var upkeep = await DatabaseUpkeep.OpenAsync(database.Connection, Cancellation))
            await upkeep.VacuumAsync(Cancellation);

        await using var again = await database.OpenAsync();
        Assert.Equal(1, await again.ReadAsync(session => session.ScalarAsync("select count(*) from configuration where key = 'kept'"), Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_as_such_and_not_made()
    {
        var file = Path.Combine(Path.GetTempPath(), $"reeve-none-{Guid.NewGuid():n}.db");

        var fault = await Assert.ThrowsAsync<ServerStartException>(() => DatabaseUpkeep.OpenAsync("sqlite:///" + file, Cancellation));

        Assert.Contains("There is no database file", fault.Message, StringComparison.Ordinal);
        Assert.True(DatabaseUpkeep.IsMissing("sqlite:///" + file));
        Assert.False(File.Exists(file));
    }

    private static async Task<DatabaseReport> CheckAsync(TestDatabase database)
    {
        await using var upkeep = await DatabaseUpkeep.OpenAsync(database.Connection, Cancellation);
        return await upkeep.CheckAsync(Cancellation);
    }
}
