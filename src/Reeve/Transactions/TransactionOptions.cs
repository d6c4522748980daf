namespace Reeve;

/// <summary>When a transaction that is inside another one commits.</summary>
public enum CommitMode
{
    /// <summary>With the outermost one around it; one that is in no other commits at its end. The default.</summary>
    Lazy,

    /// <summary>At its own end, whatever becomes of those around it.</summary>
    Eager,

    /// <summary>Only by <see cref="Transaction.CommitAsync"/>; what nobody has committed is rolled back at its end.</summary>
    Off,
}

/// <summary>How transactions of one key keep away from each other.</summary>
public enum TransactionIsolation
{
    /// <summary>Two may run at once; the last that commits is the one that is kept. The default.</summary>
    ReadCommitted,

    /// <summary>
    /// One at a time, over all processes that share the storage folder: the others wait and then find what it has committed. Held by a lock on a file in that folder, which the
    /// operating system releases when a process dies.
    /// </summary>
    Serializable,
}

/// <summary>How a transaction begins and ends.</summary>
public sealed record TransactionOptions
{
    /// <summary>When it commits; default <see cref="CommitMode.Lazy"/>.</summary>
    public CommitMode CommitMode { get; init; } = CommitMode.Lazy;

    /// <summary>How it keeps away from others of its key; default <see cref="TransactionIsolation.ReadCommitted"/>. Without a key there are no others.</summary>
    public TransactionIsolation Isolation { get; init; } = TransactionIsolation.ReadCommitted;

    /// <summary>Whether it runs although its key was committed before; default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How long to wait for the lock of <see cref="TransactionIsolation.Serializable"/>; default null, for as long as the run lives.</summary>
    public TimeSpan? LockTimeout { get; init; }
}
