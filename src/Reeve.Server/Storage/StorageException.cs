namespace Reeve.Server.Storage;

/// <summary>A statement the database refused. The message names the statement's fault, never a parameter's value.</summary>
internal sealed class StorageException(string message, bool isUniqueViolation = false, bool isForeignKeyViolation = false, bool isUnstorable = false, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>A value that is right in itself is beyond what this database can keep: a fault of who gave it.</summary>
    internal bool IsUnstorable { get; } = isUnstorable;

    internal bool IsUniqueViolation { get; } = isUniqueViolation;

    internal bool IsForeignKeyViolation { get; } = isForeignKeyViolation;
}

/// <summary>The bounded way into the database is full, its disk is, or another program holds it: the caller should come back after a while (503).</summary>
internal sealed class StorageBusyException(string message, TimeSpan retryAfter) : Exception(message)
{
    internal TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>The database cannot be opened or was made by a newer program; one message for the operator.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
