using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>Runs a piece of work in a short transaction of its own on a pooled connection, and again when PostgreSQL asks for it.</summary>
internal sealed class PostgresTransactions(NpgsqlDataSource source, Wakeups wakeups, TimeProvider clock) : IDisposable
{
    private const int MostAttempts = 10;
    // what waits for one row, however many want it, leaves connections of the pool to those who read
    private const int MostAtOnce = 8;
    private readonly SemaphoreSlim free = new(MostAtOnce);

    /// <summary>Answers the work, whatever comes of it.</summary>
    internal async Task WriteAsync(PostgresWrite write)
    {
        var isFree = false;
        try
        {
            await free.WaitAsync(write.Cancellation).ConfigureAwait(false);
            isFree = true;
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
        finally
        {
            if (isFree)
                free.Release();
        }
    }

    public void Dispose() => free.Dispose();

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
