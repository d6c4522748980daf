using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>A write is one short transaction on a pooled connection, repeated when PostgreSQL asks for it. Any number of servers may share it.</summary>
internal sealed class PostgresDatabase : Database
{
    private const int MostAttempts = 10;
    // any fixed number, the same in every version of the program
    private const long MigrationLock = 0x5265_6576_6501;
    private readonly NpgsqlDataSource source;
    private readonly PostgresNotifications notifications;
    private readonly TimeProvider clock;
    private int writing;

    private PostgresDatabase(NpgsqlDataSource source, TimeProvider clock)
        : base(Dialect.PostgreSql, clock)
    {
        (this.source, this.clock) = (source, clock);
        notifications = new PostgresNotifications(source, Wakeups, clock);
    }

    internal override int WritesWaiting => Volatile.Read(ref writing);

    internal static async Task<PostgresDatabase> ConnectAsync(DatabaseAddress address, TimeProvider clock, CancellationToken cancellation)
    {
        var builder = address.Postgres!;
        builder.MaxAutoPrepare = 200;
        builder.NoResetOnClose = true; // sessions set nothing
        if (builder.MaxPoolSize == 100)
            builder.MaxPoolSize = 32; // more connections than that only wait for each other
        builder.ApplicationName ??= "reeve";
        var source = NpgsqlDataSource.Create(builder);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            // any other keeps some texts and refuses others, in the middle of a run
            if (connection.PostgresParameters.TryGetValue("server_encoding", out var encoding) && encoding != "UTF8")
                throw new DatabaseUnusableException($"The PostgreSQL database '{builder.Database}' has the encoding {encoding}; Reeve needs UTF8. Make one: create database reeve encoding 'UTF8' template template0");
        }
        catch (DatabaseUnusableException)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw new DatabaseUnusableException($"PostgreSQL at {builder.Host}:{builder.Port}, database '{builder.Database}', user '{builder.Username}', cannot be reached: {fault.Message}", fault);
        }
        return new(source, clock);
    }

    internal override async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await work(new PostgresSession(connection, Wakeups, cancellation)).ConfigureAwait(false);
        }
        catch (NpgsqlException fault)
        {
            throw Translated(fault);
        }
    }

    internal override async ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation)
    {
        Interlocked.Increment(ref writing);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var (done, result) = await TryWriteAsync(work, attempt, cancellation).ConfigureAwait(false);
                if (done)
                    return result;
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 * attempt)), clock, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref writing);
        }
    }

    private async ValueTask<(bool Done, T Result)> TryWriteAsync<T>(Func<Session, ValueTask<T>> work, int attempt, CancellationToken cancellation)
    {
        var committing = false;
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            var session = new PostgresSession(connection, Wakeups, cancellation);
            var result = await work(session).ConfigureAwait(false);
            committing = true;
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            session.RunAfterCommit();
            return (true, result);
        }
        catch (NpgsqlException fault) when (attempt < MostAttempts && MayRepeat(fault, committing))
        {
            return (false, default!);
        }
        catch (NpgsqlException fault)
        {
            throw Translated(fault);
        }
    }

    // a connection lost during the commit leaves its outcome open: only the caller's idempotency may answer that
    private static bool MayRepeat(NpgsqlException fault, bool committing) => fault is PostgresException postgres
        ? postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            || (!committing && postgres.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown)
        : !committing && fault.InnerException is IOException;

    private static Exception Translated(NpgsqlException fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } unique => new StorageException(unique.MessageText, isUniqueViolation: true, inner: fault),
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } key => new StorageException(key.MessageText, isForeignKeyViolation: true, inner: fault),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } =>
            new StorageBusyException("PostgreSQL takes no more work at the moment.", TimeSpan.FromSeconds(1)),
        PostgresException other => new StorageException($"PostgreSQL error {other.SqlState}: {other.MessageText}", inner: fault),
        _ => new StorageBusyException("PostgreSQL cannot be reached at the moment.", TimeSpan.FromSeconds(2)),
    };

    protected override async Task MigrateAsync(CancellationToken cancellation)
    {
        await WriteAsync(
            async session =>
            {
                await session.QueryFirstAsync("select 1 from pg_advisory_xact_lock(@key)", static _ => true, ("key", MigrationLock)).ConfigureAwait(false);
                await Migrations.ApplyAsync(session, static (s, script) => ((PostgresSession)s).RunScriptAsync(script)).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        notifications.Start();
    }

    public override async ValueTask DisposeAsync()
    {
        await notifications.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }
}
