using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// Reads run on pooled connections. Writes share transactions (see <see cref="PostgresWriter"/>) and are repeated when PostgreSQL asks for it. Any number of servers may share it.
/// </summary>
internal sealed class PostgresDatabase : Database
{
    // any fixed number, the same in every version of the program
    private const long MigrationLock = 0x5265_6576_6501;
    private readonly NpgsqlDataSource source;
    private readonly PostgresNotifications notifications;
    private readonly PostgresTransactions alone;
    private readonly PostgresWriter writer;

    private PostgresDatabase(NpgsqlDataSource source, TimeProvider clock)
        : base(Dialect.PostgreSql, clock)
    {
        this.source = source;
        alone = new PostgresTransactions(source, Wakeups, clock);
        writer = new PostgresWriter(source, alone, Wakeups);
        notifications = new PostgresNotifications(source, Wakeups, clock);
    }

    internal override int WritesWaiting => writer.Waiting;

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
            return await work(new PostgresSession(new PostgresPipeline(connection), Wakeups, cancellation)).ConfigureAwait(false);
        }
        catch (NpgsqlException fault)
        {
            throw PostgresFaults.Translated(fault);
        }
    }

    internal override ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) => writer.WriteAsync(work, besideOthers: false, cancellation);

    internal override ValueTask<T> WriteBesideAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) => writer.WriteAsync(work, besideOthers: true, cancellation);

    protected override async Task MigrateAsync(CancellationToken cancellation)
    {
        // alone: it waits for other starting servers as long as they need
        var migration = new PostgresWrite<bool>(
            async session =>
            {
                await session.QueryFirstAsync("select 1 from pg_advisory_xact_lock(@key)", static _ => true, ("key", MigrationLock)).ConfigureAwait(false);
                await Migrations.ApplyAsync(session, static (s, script) => ((PostgresSession)s).RunScriptAsync(script)).ConfigureAwait(false);
                return true;
            },
            besideOthers: false,
            cancellation);
        await alone.WriteAsync(migration).ConfigureAwait(false);
        await migration.Answer.ConfigureAwait(false);
        notifications.Start();
    }

    public override async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync().ConfigureAwait(false);
        await notifications.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }
}
