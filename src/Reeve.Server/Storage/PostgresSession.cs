using Npgsql;

namespace Reeve.Server.Storage;

internal sealed class PostgresSession(PostgresPipeline pipeline, Wakeups wakeups, CancellationToken cancellation)
    : Session(Dialect.PostgreSql, wakeups, cancellation)
{
    private bool closed;

    /// <summary>Work that kept its session beyond its turn gets an exception instead of somebody else's transaction.</summary>
    internal void Close() => closed = true;

    internal override void Post(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) => pipeline.Post(Bind(sql, parameters), hasRows: false);

    internal override async ValueTask LockAsync(string table, Guid id)
    {
        // PostgreSQL keeps off other transactions, but not what shares this one
        if (pipeline.Together is { } together)
            await together.HoldAsync(this, (table, id)).ConfigureAwait(false);
        pipeline.Post(Bind($"select 1 from {table} where id = @id {Dialect.ForUpdate}", [("id", id)]), hasRows: true);
    }

    internal override ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) =>
        pipeline.ExecuteAsync(Bind(sql, parameters), Cancellation);

    internal override ValueTask<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters) =>
        pipeline.QueryAsync(Bind(sql, parameters), read, Cancellation);

    internal override ValueTask<T?> QueryFirstAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, SqlValue Value)> parameters)
        where T : default => pipeline.QueryFirstAsync(Bind(sql, parameters), read, Cancellation);

    internal ValueTask RunScriptAsync(string script) => pipeline.RunScriptAsync(script, Cancellation);

    private NpgsqlBatchCommand Bind(string sql, ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        return PostgresStatement.Bind(sql, parameters);
    }
}
