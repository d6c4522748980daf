using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// Statements on their way to one connection. One whose result nobody waits for goes out with the next that is waited for, or with the commit: each round trip costs the
/// server, PostgreSQL and the network as much as a statement does.
/// </summary>
internal sealed class PostgresPipeline(NpgsqlConnection connection)
{
    private readonly List<PostgresStep> waiting = [];
    private int questions;
    private bool unfinished;

    /// <summary>True from the moment the commit is sent: if the connection is lost then, its outcome is not known.</summary>
    internal bool Committing { get; private set; }

    /// <summary>Pieces of work run beside each other: their questions wait until each of them has one, and travel together.</summary>
    internal PostgresTogether? Together { get; set; }

    internal bool HasQuestions => questions > 0;

    internal void Begin() => Post(new NpgsqlBatchCommand("begin"), hasRows: false);

    internal void Post(NpgsqlBatchCommand command, bool hasRows) => waiting.Add(new(command, hasRows, null));

    internal async ValueTask<int> ExecuteAsync(NpgsqlBatchCommand command, CancellationToken cancellation)
    {
        var count = new PostgresCount();
        await AskAsync(new(command, HasRows: false, count), cancellation).ConfigureAwait(false);
        return await count.Answered.ConfigureAwait(false);
    }

    internal async ValueTask<List<T>> QueryAsync<T>(NpgsqlBatchCommand command, Func<Row, T> read, CancellationToken cancellation)
    {
        var rows = new PostgresRows<T>(read, int.MaxValue);
        await AskAsync(new(command, HasRows: true, rows), cancellation).ConfigureAwait(false);
        return await rows.Answered.ConfigureAwait(false);
    }

    internal async ValueTask<T?> QueryFirstAsync<T>(NpgsqlBatchCommand command, Func<Row, T> read, CancellationToken cancellation)
    {
        var rows = new PostgresRows<T>(read, 1);
        await AskAsync(new(command, HasRows: true, rows), cancellation).ConfigureAwait(false);
        return await rows.Answered.ConfigureAwait(false) is [var first] ? first : default;
    }

    private ValueTask AskAsync(PostgresStep step, CancellationToken cancellation)
    {
        waiting.Add(step);
        questions++;
        return Together is null ? SendAsync(cancellation) : ValueTask.CompletedTask;
    }

    /// <summary>Sends everything that waits in one round trip, and answers all questions among it.</summary>
    internal async ValueTask SendAsync(CancellationToken cancellation)
    {
        PostgresStep[] steps = [.. waiting];
        waiting.Clear();
        questions = 0;
        unfinished = true;
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var step in steps)
                batch.BatchCommands.Add(step.Command);
            await ReadAsync(batch, steps, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            foreach (var step in steps)
                step.Question?.Fail(fault);
            throw;
        }
        unfinished = false;
        foreach (var step in steps)
            step.Question?.Answer(step.Command);
    }

    /// <summary>Answers what waits with a fault, and sends none of it.</summary>
    internal void Fail(Exception fault)
    {
        PostgresStep[] steps = [.. waiting];
        waiting.Clear();
        questions = 0;
        foreach (var step in steps)
            step.Question?.Fail(fault);
    }

    private static async ValueTask ReadAsync(NpgsqlBatch batch, PostgresStep[] steps, CancellationToken cancellation)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var isFirst = true;
        foreach (var step in steps)
        {
            if (!step.HasRows)
                continue;
            if (!isFirst)
                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
            isFirst = false;
            if (step.Question is { } question)
                await question.ReadAsync(reader, cancellation).ConfigureAwait(false);
        }
        while (await reader.NextResultAsync(cancellation).ConfigureAwait(false))
        {
            // to the end: faults of what comes after the last rows are told there
        }
    }

    /// <summary>Runs a migration: many statements, no parameters.</summary>
    internal async ValueTask RunScriptAsync(string script, CancellationToken cancellation)
    {
        if (waiting.Count > 0)
            await SendAsync(cancellation).ConfigureAwait(false);
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
        Post(new NpgsqlBatchCommand("commit"), hasRows: false);
        await SendAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Undoes everything, sent or not; the connection is good for another transaction afterwards.</summary>
    internal async ValueTask RollbackAsync()
    {
        waiting.Clear();
        (questions, unfinished, Together) = (0, false, null);
        Post(new NpgsqlBatchCommand("rollback"), hasRows: false);
        await SendAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
