using Npgsql;
using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

/// <summary>The two databases a storage test runs on.</summary>
public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
}

/// <summary>A new, empty database that disappears with the test.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string? folder;
    private readonly string? server;

    private TestDatabase(string connection, string? folder, string? server) => (Connection, this.folder, this.server) = (connection, folder, server);

    internal string Connection { get; }

    internal static TheoryData<DatabaseKind> Kinds => [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    internal static async Task<TestDatabase> CreateAsync(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("reeve-test-").FullName;
            return new("sqlite:///" + Path.Combine(folder, "reeve.db"), folder, null);
        }
        var server = Environment.GetEnvironmentVariable("REEVE_TEST_POSTGRES");
        Assert.SkipWhen(string.IsNullOrEmpty(server), "PostgreSQL: set REEVE_TEST_POSTGRES to the connection of a superuser to run this.");
        var name = "reeve_test_" + Guid.NewGuid().ToString("n");
        await RunAsync(server!, $"create database {name}");
        return new(new NpgsqlConnectionStringBuilder(DatabaseAddress.Parse(server!).Postgres!.ConnectionString) { Database = name, Pooling = true }.ConnectionString, null, server);
    }

    internal Task<Database> OpenAsync() => Database.OpenAsync(Connection, TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
        if (server is not null)
            await RunAsync(server, $"drop database if exists {new NpgsqlConnectionStringBuilder(Connection).Database} with (force)");
    }

    private static async Task RunAsync(string server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseAddress.Parse(server).Postgres!);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
