namespace Reeve.Server.Storage;

/// <summary>Every call completes before it returns: SQLite works on the caller's thread.</summary>
internal sealed class SqliteSession(SqliteConnection connection, Wakeups wakeups, CancellationToken cancellation)
    : Session(Dialect.Sqlite, wakeups, cancellation)
{
    private bool closed;

    /// <summary>Work that kept its session beyond its turn gets an exception instead of somebody else's transaction.</summary>
    internal void Close() => closed = true;

    internal override void Post(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) => Execute(sql, parameters);

    // one writer, one transaction at a time
    internal override ValueTask LockAsync(string table, Guid id) => ValueTask.CompletedTask;

    internal override void LockText(string text)
    {
        // one writer
    }

    internal override ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) => ValueTask.FromResult(Execute(sql, parameters));

    internal override ValueTask<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        var statement = Start(sql, parameters);
        try
        {
            List<T> rows = [];
            while (statement.Step())
                rows.Add(read(statement.Row));
            return ValueTask.FromResult(rows);
        }
        finally
        {
            statement.Reset();
        }
    }

    internal override ValueTask<T?> QueryFirstAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters)
        where T : default
    {
        var statement = Start(sql, parameters);
        try
        {
            if (!statement.Step())
                return ValueTask.FromResult<T?>(default);
            var first = read(statement.Row);
            while (statement.Step())
            {
                // "insert … returning" changes its last rows only when it is stepped to the end
            }
            return ValueTask.FromResult<T?>(first);
        }
        finally
        {
            statement.Reset();
        }
    }

    private int Execute(string sql, ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        var statement = Start(sql, parameters);
        try
        {
            while (statement.Step())
            {
                // rows of a statement that is run for its effect are passed over
            }
            return connection.Changes;
        }
        finally
        {
            statement.Reset();
        }
    }

    private SqliteStatement Start(string sql, ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        Cancellation.ThrowIfCancellationRequested();
        var statement = connection.Prepare(sql);
        statement.Start(parameters);
        return statement;
    }
}
