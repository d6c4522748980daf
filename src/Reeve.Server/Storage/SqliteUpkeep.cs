using System.Globalization;

namespace Reeve.Server.Storage;

/// <summary>Upkeep of a SQLite file.</summary>
internal sealed class SqliteUpkeep : DatabaseUpkeep
{
    private const int MostFaults = 100;
    private readonly SqliteConnection connection;

    private SqliteUpkeep(SqliteConnection connection)
        : base(Dialect.Sqlite) => this.connection = connection;

    internal static SqliteUpkeep OpenFile(DatabaseAddress address)
    {
        var file = Path.GetFullPath(address.File!);
        if (!File.Exists(file))
            throw new DatabaseUnusableException($"There is no database file '{file}' yet; it is made when the server starts, or by: server database upgrade.");
        return new(new SqliteConnection(file, readOnly: false));
    }

    public override Task VacuumAsync(CancellationToken cancellation)
    {
        Run("pragma wal_checkpoint(truncate); vacuum; pragma optimize; pragma wal_checkpoint(truncate);");
        return Task.CompletedTask;
    }

    public override async Task DropAsync(CancellationToken cancellation)
    {
        var tables = await QueryAsync("select name from sqlite_master where type = 'table' and name not like 'sqlite~_%' escape '~'", static row => row.Text(0), cancellation).ConfigureAwait(false);
        Run($"pragma foreign_keys = off; begin immediate; {string.Concat(tables.Select(table => $"drop table \"{table}\"; "))} commit;");
        await VacuumAsync(cancellation).ConfigureAwait(false);
    }

    private protected override async Task<List<long>> VersionsAsync(CancellationToken cancellation)
    {
        var isNew = (await QueryAsync("select 1 from sqlite_master where name = 'schema_version'", static row => row.Long(0), cancellation).ConfigureAwait(false)).Count == 0;
        return isNew ? [] : await QueryAsync("select version from schema_version", static row => row.Long(0), cancellation).ConfigureAwait(false);
    }

    private protected override async Task<List<string>> FaultsAsync(CancellationToken cancellation) =>
    [
        .. (await QueryAsync($"pragma integrity_check({MostFaults})", static row => row.Text(0), cancellation).ConfigureAwait(false)).Where(line => line != "ok").Select(line => $"Integrity: {line}."),
        .. await QueryAsync(
            "pragma foreign_key_check",
            static row => string.Create(CultureInfo.InvariantCulture, $"A row of {row.Text(0)} refers to a row of {row.Text(2)} that does not exist."),
            cancellation).ConfigureAwait(false),
    ];

    private async Task<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, CancellationToken cancellation)
    {
        var session = new SqliteSession(connection, new Wakeups(TimeProvider.System), cancellation);
        try
        {
            return await session.QueryAsync(sql, read).ConfigureAwait(false);
        }
        catch (StorageException fault)
        {
            throw new ServerStartException($"The database cannot be read: {fault.Message.Split(", in: ")[0]}.", fault);
        }
        finally
        {
            session.Close();
        }
    }

    private void Run(string script)
    {
        try
        {
            connection.Run(script);
        }
        catch (Exception fault) when (fault is StorageException or StorageBusyException)
        {
            throw new ServerStartException($"The database cannot be changed: {fault.Message.Split(", in: ")[0]}. Is a server using it?", fault);
        }
    }

    public override ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
