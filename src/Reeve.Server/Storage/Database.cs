namespace Reeve.Server.Storage;

/// <summary>The one door to the data. Reads run on a reader; a write is one durable transaction.</summary>
internal abstract class Database(Dialect dialect, TimeProvider clock) : IAsyncDisposable
{
    internal Dialect Dialect { get; } = dialect;

    internal Wakeups Wakeups { get; } = new(clock);

    /// <summary>Opens (and creates) the database and brings it to the program's version.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be opened, or is newer than this program.</exception>
    internal static async Task<Database> OpenAsync(string connection, TimeProvider clock, CancellationToken cancellation)
    {
        var address = DatabaseAddress.Parse(connection);
        Database database = address.IsPostgres
            ? await PostgresDatabase.ConnectAsync(address, clock, cancellation).ConfigureAwait(false)
            : SqliteDatabase.OpenFile(address, clock);
        try
        {
            await database.MigrateAsync(cancellation).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal abstract ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation);

    /// <summary>
    /// Runs the work in a transaction and completes when it is committed and durable. The work may be run again from its start, so it must
    /// have no effect outside its session; it awaits nothing but its session.
    /// </summary>
    internal abstract ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation);

    /// <summary>
    /// As above, for frequent work about one thing each: on PostgreSQL such pieces share a transaction and its round trips, each going on while others wait for their results. So it
    /// must be right at the isolation of statements, "read committed", where what a question saw may be changed before the next, and it keeps others off a row by
    /// <see cref="Session.LockAsync"/> alone: "for update" in its own text does not keep off what shares its transaction.
    /// </summary>
    internal virtual ValueTask<T> WriteBesideAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) => WriteAsync(work, cancellation);

    internal async ValueTask WriteAsync(Func<Session, ValueTask> work, CancellationToken cancellation) =>
        await WriteAsync(
            async session =>
            {
                await work(session).ConfigureAwait(false);
                return true;
            },
            cancellation).ConfigureAwait(false);

    /// <summary>How many writes wait; for metrics.</summary>
    internal abstract int WritesWaiting { get; }

    /// <summary>Runs the migrations under a lock that other starting servers respect.</summary>
    protected abstract Task MigrateAsync(CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();
}
