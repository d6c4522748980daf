using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>Upkeep of a PostgreSQL database: the tables of the schema that the connection works in.</summary>
internal sealed class PostgresUpkeep : DatabaseUpkeep
{
    private readonly NpgsqlDataSource source;

    private PostgresUpkeep(NpgsqlDataSource source)
        : base(Dialect.PostgreSql) => this.source = source;

    internal static async Task<PostgresUpkeep> ConnectAsync(DatabaseAddress address, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create(address.Postgres!);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return new(source);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw new DatabaseUnusableException($"PostgreSQL at {address.Postgres!.Host}:{address.Postgres.Port}, database '{address.Postgres.Database}', cannot be reached: {fault.Message}", fault);
        }
    }

    public override async Task VacuumAsync(CancellationToken cancellation)
    {
        foreach (var table in await TablesAsync(cancellation).ConfigureAwait(false))
            await RunAsync($"vacuum (full, analyze) \"{table}\"", cancellation).ConfigureAwait(false);
    }

    public override async Task DropAsync(CancellationToken cancellation)
    {
        var tables = await TablesAsync(cancellation).ConfigureAwait(false);
        if (tables.Count > 0)
            await RunAsync($"drop table {string.Join(", ", tables.Select(table => $"\"{table}\""))} cascade", cancellation).ConfigureAwait(false);
    }

    private protected override async Task<List<long>> VersionsAsync(CancellationToken cancellation)
    {
        if (!(await TablesAsync(cancellation).ConfigureAwait(false)).Contains("schema_version", StringComparer.Ordinal))
            return [];
        return await QueryAsync("select version::bigint from schema_version", static reader => reader.GetInt64(0), cancellation).ConfigureAwait(false);
    }

    private protected override async Task<List<string>> FaultsAsync(CancellationToken cancellation)
    {
        var faults = await QueryAsync(
            "select indexrelid::regclass::text from pg_index join pg_class c on c.oid = indrelid where c.relnamespace = current_schema()::regnamespace and not (indisvalid and indisready)",
            static reader => $"The index {reader.GetString(0)} is not valid: reindex it.", cancellation).ConfigureAwait(false);
        faults.AddRange(await QueryAsync(
            "select conrelid::regclass::text, conname::text from pg_constraint where connamespace = current_schema()::regnamespace and not convalidated",
            static reader => $"The constraint {reader.GetString(1)} of {reader.GetString(0)} was never validated.", cancellation).ConfigureAwait(false));
        foreach (var (child, columns, parent, parentColumns) in await ReferencesAsync(cancellation).ConfigureAwait(false))
        {
            var join = string.Join(" and ", columns.Zip(parentColumns, (mine, theirs) => $"c.\"{mine}\" = p.\"{theirs}\""));
            var given = string.Join(" and ", columns.Select(column => $"c.\"{column}\" is not null"));
            var lost = await QueryAsync($"select count(*) from {child} c where {given} and not exists (select 1 from {parent} p where {join})", static reader => reader.GetInt64(0), cancellation).ConfigureAwait(false);
            if (lost[0] > 0)
                faults.Add($"{lost[0]} row(s) of {child} refer to rows of {parent} that do not exist.");
        }
        return faults;
    }

    private Task<List<(string Child, string[] Columns, string Parent, string[] ParentColumns)>> ReferencesAsync(CancellationToken cancellation) => QueryAsync(
        """
        select conrelid::regclass::text,
               (select array_agg(a.attname::text order by k.n) from unnest(conkey) with ordinality k(att, n) join pg_attribute a on a.attrelid = conrelid and a.attnum = k.att),
               confrelid::regclass::text,
               (select array_agg(a.attname::text order by k.n) from unnest(confkey) with ordinality k(att, n) join pg_attribute a on a.attrelid = confrelid and a.attnum = k.att)
        from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace
        """,
        static reader => (reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetString(2), reader.GetFieldValue<string[]>(3)), cancellation);

    private Task<List<string>> TablesAsync(CancellationToken cancellation) => QueryAsync(
        "select table_name::text from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'", static reader => reader.GetString(0), cancellation);

    private async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    private async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0; // as long as the tables are large
        try
        {
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
        catch (PostgresException fault)
        {
            throw new ServerStartException($"The database cannot be changed: {fault.MessageText}", fault);
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
