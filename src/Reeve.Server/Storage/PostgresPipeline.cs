using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// Statements on their way to one connection. One whose result nobody waits for goes out with the next that is waited for, or with the commit: each round trip costs the
/// server, PostgreSQL and the network as much as a statement does.
/// </summary>
internal sealed class PostgresPipeline(NpgsqlConnection connection)
{
    private readonly List<NpgsqlBatchCommand> waiting = [];
    private int resultsToSkip;
    private bool unfinished;

    /// <summary>True from the moment the commit is sent: if the connection is lost then, its outcome is not known.</summary>
    internal bool Committing { get; private set; }

    internal void Begin() => Post(new NpgsqlBatchCommand("begin"), hasRows: false);

    internal void Post(NpgsqlBatchCommand command, bool hasRows)
    {
        waiting.Add(command);
        if (hasRows)
            resultsToSkip++;
    }

    internal async ValueTask<int> ExecuteAsync(NpgsqlBatchCommand command, CancellationToken cancellation)
    {
        await using var batch = Take(command, out _);
        unfinished = true;
        await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        unfinished = false;
        return checked((int)command.RecordsAffected);
    }

    internal async ValueTask<List<T>> QueryAsync<T>(NpgsqlBatchCommand command, Func<Row, T> read, CancellationToken cancellation)
    {
        await using var batch = Take(command, out var skip);
        unfinished = true;
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (skip-- > 0)
            await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        var row = new PostgresRow(reader);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(read(row));
        unfinished = false;
        return rows;
    }

    internal async ValueTask<T?> QueryFirstAsync<T>(NpgsqlBatchCommand command, Func<Row, T> read, CancellationToken cancellation)
    {
        await using var batch = Take(command, out var skip);
        unfinished = true;
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (skip-- > 0)
            await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        var first = await reader.ReadAsync(cancellation).ConfigureAwait(false) ? read(new PostgresRow(reader)) : default;
        unfinished = false;
        return first;
    }

    /// <summary>Runs a migration: many statements, no parameters.</summary>
    internal async ValueTask RunScriptAsync(string script, CancellationToken cancellation)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(script, connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends what waits and the commit in one go. Not to be cancelled: one that is under way is better awaited than left in doubt. A fault of a statement before it
    /// leaves the transaction uncommitted, and is no doubt either.
    /// </summary>
    internal async ValueTask CommitAsync()
    {
        // PostgreSQL answers the commit of a failed transaction with a rollback, and no error
        if (unfinished)
            throw new InvalidOperationException("Work must not go on after a statement of it failed.");
        Committing = true;
        await ExecuteAsync(new NpgsqlBatchCommand("commit"), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Undoes everything, sent or not; the connection is good for another transaction afterwards.</summary>
    internal async ValueTask RollbackAsync()
    {
        waiting.Clear();
        (resultsToSkip, unfinished) = (0, false);
        await ExecuteAsync(new NpgsqlBatchCommand("rollback"), CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (waiting is not [.. _, var last])
            return;
        waiting.RemoveAt(waiting.Count - 1);
        await ExecuteAsync(last, cancellation).ConfigureAwait(false);
    }

    private NpgsqlBatch Take(NpgsqlBatchCommand last, out int skip)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var command in waiting)
            batch.BatchCommands.Add(command);
        batch.BatchCommands.Add(last);
        waiting.Clear();
        (skip, resultsToSkip) = (resultsToSkip, 0);
        return batch;
    }
}
