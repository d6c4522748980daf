using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>A statement on its way to PostgreSQL; <see cref="Question"/> is null where nobody waits for its result.</summary>
internal readonly record struct PostgresStep(NpgsqlBatchCommand Command, bool HasRows, PostgresQuestion? Question);

/// <summary>A statement whose result a session waits for. The answer is given when all results of its round trip are read: what goes on then may send the next.</summary>
internal abstract class PostgresQuestion
{
    internal abstract ValueTask ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation);

    internal abstract void Answer(NpgsqlBatchCommand command);

    internal abstract void Fail(Exception fault);
}

/// <summary>How many rows a statement changed.</summary>
internal sealed class PostgresCount : PostgresQuestion
{
    private readonly TaskCompletionSource<int> answer = new();

    internal Task<int> Answered => answer.Task;

    internal override ValueTask ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation) => ValueTask.CompletedTask;

    internal override void Answer(NpgsqlBatchCommand command) => answer.TrySetResult(checked((int)command.RecordsAffected));

    internal override void Fail(Exception fault)
    {
        answer.TrySetException(fault);
        _ = answer.Task.Exception; // whoever sent it by itself has it already
    }
}

/// <summary>All rows of a query, or only the first.</summary>
internal sealed class PostgresRows<T>(Func<Row, T> read, int most) : PostgresQuestion
{
    private readonly TaskCompletionSource<List<T>> answer = new();
    private readonly List<T> rows = [];

    internal Task<List<T>> Answered => answer.Task;

    internal override async ValueTask ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var row = new PostgresRow(reader);
        while (rows.Count < most && await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(read(row));
    }

    internal override void Answer(NpgsqlBatchCommand command) => answer.TrySetResult(rows);

    internal override void Fail(Exception fault)
    {
        answer.TrySetException(fault);
        _ = answer.Task.Exception; // whoever sent it by itself has it already
    }
}
