namespace Reeve.Server.Storage;

/// <summary>The embedded database: one writer, and a few readers that a commit never blocks (WAL).</summary>
internal sealed class SqliteDatabase : Database
{
    // readers run on the threads of their requests, so more than a few per core only cost memory
    private static readonly int MostReaders = Math.Clamp(Environment.ProcessorCount * 2, 4, 16);
    private readonly Stack<SqliteConnection> idle = new();
    private readonly Lock gate = new();
    private readonly SemaphoreSlim free = new(MostReaders);
    private readonly string file;
    private readonly SqliteConnection writing;
    private readonly SqliteWriter writer;

    private SqliteDatabase(string file, SqliteConnection writing, TimeProvider clock)
        : base(Dialect.Sqlite, clock)
    {
        (this.file, this.writing) = (file, writing);
        writer = new SqliteWriter(writing, Wakeups);
    }

    internal override int WritesWaiting => writer.Waiting;

    internal static SqliteDatabase OpenFile(DatabaseAddress address, TimeProvider clock)
    {
        var file = Path.GetFullPath(address.File!);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            MakePrivate(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException($"The database file '{file}' cannot be made: {fault.Message}", fault);
        }
        var writing = new SqliteConnection(file, readOnly: false);
        try
        {
            // auto_vacuum must stand before the first table
            writing.Run("""
                pragma auto_vacuum = incremental;
                pragma journal_mode = wal;
                pragma synchronous = full;
                pragma foreign_keys = on;
                pragma wal_autocheckpoint = 4000;
                pragma journal_size_limit = 67108864;
                pragma cache_size = -8192;
                pragma temp_store = memory;
                """);
            return new(file, writing, clock);
        }
        catch (StorageException fault)
        {
            writing.Dispose();
            throw new DatabaseUnusableException($"The database file '{file}' cannot be used: {fault.Message.Split(", in: ")[0]}.", fault);
        }
    }

    /// <summary>Parameters and log lines are nobody else's business. SQLite gives its other files the rights of this one.</summary>
    private static void MakePrivate(string file)
    {
        if (OperatingSystem.IsWindows() || File.Exists(file))
            return;
        try
        {
            using var made = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        }
        catch (IOException) when (File.Exists(file))
        {
            // another server starts at the same time
        }
    }

    internal override async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var connection = Take();
            var session = new SqliteSession(connection, Wakeups, cancellation);
            try
            {
                using var stop = cancellation.UnsafeRegister(static reader => ((SqliteConnection)reader!).Interrupt(), connection);
                return await work(session).ConfigureAwait(false);
            }
            finally
            {
                session.Close();
                lock (gate)
                    idle.Push(connection);
            }
        }
        finally
        {
            free.Release();
        }
    }

    internal override ValueTask<T> WriteAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellation) => writer.WriteAsync(work, cancellation);

    protected override async Task MigrateAsync(CancellationToken cancellation) =>
        await WriteAsync(session => Migrations.ApplyAsync(session, (_, script) =>
        {
            writing.Run(script);
            return ValueTask.CompletedTask;
        }), cancellation).ConfigureAwait(false);

    private SqliteConnection Take()
    {
        lock (gate)
            if (idle.TryPop(out var connection))
                return connection;
        var reader = new SqliteConnection(file, readOnly: true);
        reader.Run("pragma query_only = on; pragma cache_size = -2048; pragma temp_store = memory;");
        return reader;
    }

    public override ValueTask DisposeAsync()
    {
        writer.Dispose();
        lock (gate)
            while (idle.TryPop(out var reader))
                reader.Dispose();
        // the last to close folds the log into the file
        writing.Dispose();
        free.Dispose();
        return ValueTask.CompletedTask;
    }
}
