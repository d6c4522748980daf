using SQLitePCL;

namespace Reeve.Fill;

internal sealed class SqliteTarget : Target
{
    private const int RowsInOneCommit = 500_000;
    private readonly sqlite3 _handle;
    private readonly List<string> _indexes = [];
    private int _rows;

    internal SqliteTarget(string file)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open(file, out _handle));
        // a run that breaks off is begun again on a new file
        Run("pragma synchronous = off; pragma foreign_keys = off; pragma cache_size = -262144; pragma temp_store = memory");
    }

    internal override void Begin()
    {
        List<string> names = [];
        Query("select name, sql from sqlite_master where type = 'index' and sql is not null", row =>
        {
            names.Add(raw.sqlite3_column_text(row, 0).utf8_to_string());
            _indexes.Add(raw.sqlite3_column_text(row, 1).utf8_to_string());
        });
        names.ForEach(name => Run($"drop index {name}"));
        Run("begin");
    }

    internal override Table Open(string table, params string[] columns)
    {
        Check(raw.sqlite3_prepare_v2(
            _handle, $"insert into {table} ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select(_ => "?"))})", out var statement));
        return new SqliteTable(this, statement);
    }

    internal override void Finish()
    {
        Run("commit");
        Run("""
            insert into flow_run_names (upto, since, names)
            select max(r.place), min(r.place), group_concat(r.name, char(10)) from (select fr.rowid as place, fr.name from flow_run fr order by fr.rowid) r group by (r.place - 1) / 1000
            """);
        _indexes.ForEach(Run);
        Run("pragma wal_checkpoint(truncate)");
    }

    public override void Dispose() => _handle.Dispose();

    internal void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new InvalidOperationException($"SQLite answered {code}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
    }

    internal void RowAdded()
    {
        if (++_rows % RowsInOneCommit == 0)
            Run("commit; begin");
    }

    private void Run(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    private void Query(string sql, Action<sqlite3_stmt> row)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        using (statement)
        {
            while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
                row(statement);
        }
    }
}

internal sealed class SqliteTable(SqliteTarget target, sqlite3_stmt statement) : Table
{
    private int _column;

    internal override Table Id(Guid? value)
    {
        Span<byte> id = stackalloc byte[16];
        if (value?.TryWriteBytes(id, bigEndian: true, out _) == true)
            target.Check(raw.sqlite3_bind_blob(statement, ++_column, id));
        else
            target.Check(raw.sqlite3_bind_null(statement, ++_column));
        return this;
    }

    internal override Table Time(DateTimeOffset? value)
    {
        target.Check(value is { } time
            ? raw.sqlite3_bind_int64(statement, ++_column, (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond)
            : raw.sqlite3_bind_null(statement, ++_column));
        return this;
    }

    internal override Table Text(string? value)
    {
        target.Check(value is null ? raw.sqlite3_bind_null(statement, ++_column) : raw.sqlite3_bind_text(statement, ++_column, value));
        return this;
    }

    internal override Table Json(string? value) => Text(value);

    internal override Table Number(int value)
    {
        target.Check(raw.sqlite3_bind_int64(statement, ++_column, value));
        return this;
    }

    internal override Table Real(double value)
    {
        target.Check(raw.sqlite3_bind_double(statement, ++_column, value));
        return this;
    }

    internal override Table Flag(bool value) => Number(value ? 1 : 0);

    internal override void EndRow()
    {
        target.Check(raw.sqlite3_step(statement));
        target.Check(raw.sqlite3_reset(statement));
        _column = 0;
        target.RowAdded();
    }

    public override void Dispose() => statement.Dispose();
}
