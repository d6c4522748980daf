using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>What a fault of PostgreSQL, or of the way to it, means.</summary>
internal static class PostgresFaults
{
    /// <summary>Whether the transaction may be run again: PostgreSQL asks for it, or the connection was lost when nothing could be committed yet.</summary>
    internal static bool MayRepeat(NpgsqlException fault, bool committing) => fault is PostgresException postgres
        ? postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected || (!committing && EndsConnection(postgres))
        : !committing && fault.InnerException is IOException;

    /// <summary>A connection lost during the commit leaves its outcome open: only the caller's idempotency may answer that.</summary>
    internal static bool LeavesInDoubt(NpgsqlException fault) => fault is not PostgresException postgres || EndsConnection(postgres);

    /// <summary>A row was held longer than a group may wait for it.</summary>
    internal static bool WaitedForLock(NpgsqlException fault) => fault is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    internal static Exception Translated(NpgsqlException fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } unique => new StorageException(unique.MessageText, isUniqueViolation: true, inner: fault),
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } key => new StorageException(key.MessageText, isForeignKeyViolation: true, inner: fault),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } =>
            new StorageBusyException("PostgreSQL takes no more work at the moment.", TimeSpan.FromSeconds(1)),
        // without the fault itself: its context repeats the value
        PostgresException { SqlState: PostgresErrorCodes.ProgramLimitExceeded } => new StorageException("A text is longer than the database can keep in an index", isUnstorable: true),
        PostgresException
        {
            SqlState: PostgresErrorCodes.NumericValueOutOfRange or PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire
                or PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.DatetimeFieldOverflow
        } => new StorageException("A number, text or time is beyond what the database can keep", isUnstorable: true),
        PostgresException other => new StorageException($"PostgreSQL error {other.SqlState}: {other.MessageText}", inner: fault),
        _ => new StorageBusyException("PostgreSQL cannot be reached at the moment.", TimeSpan.FromSeconds(2)),
    };

    private static bool EndsConnection(PostgresException fault) => fault.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown;
}
