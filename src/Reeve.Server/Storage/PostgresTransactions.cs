using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>Runs a piece of work in a short transaction of its own on a pooled connection, and again when PostgreSQL asks for it.</summary>
internal sealed class PostgresTransactions(NpgsqlDataSource source, Wakeups wakeups, TimeProvider clock)
{
    private const int MostAttempts = 10;

    /// <summary>Answers the work, whatever comes of it.</summary>
    internal async Task WriteAsync(PostgresWrite write)
    {
        try
        {
            for (var attempt = 1; !await TryWriteAsync(write, attempt).ConfigureAwait(false); attempt++)
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 * attempt)), clock, write.Cancellation).ConfigureAwait(false);
            write.Complete();
        }
        catch (NpgsqlException fault)
        {
            write.Fail(PostgresFaults.Translated(fault));
        }
        catch (Exception fault)
        {
            write.Fail(fault);
        }
    }

    private async ValueTask<bool> TryWriteAsync(PostgresWrite write, int attempt)
    {
        PostgresPipeline? pipeline = null;
        try
        {
            // a connection given back inside a transaction is rolled back by its pool
            await using var connection = await source.OpenConnectionAsync(write.Cancellation).ConfigureAwait(false);
            pipeline = new PostgresPipeline(connection);
            pipeline.Begin();
            await write.RunAsync(pipeline, wakeups, write.Cancellation).ConfigureAwait(false);
            await pipeline.CommitAsync().ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException fault) when (attempt < MostAttempts && PostgresFaults.MayRepeat(fault, pipeline is { Committing: true }))
        {
            return false;
        }
    }
}
