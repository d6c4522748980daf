namespace Reeve.Deployments.Storage;

/// <summary>What went wrong between us and a store, as far as it decides what happens next.</summary>
internal enum StoreFault
{
    /// <summary>Throttled, a server's fault, a broken connection: the same request may go well later.</summary>
    Transient,

    /// <summary>What came or went does not match its checksum: once or twice is an accident, more is a damaged object.</summary>
    Damaged,

    /// <summary>The store does not let us.</summary>
    Denied,

    /// <summary>The bucket, container or object is not there.</summary>
    Missing,

    Other,
}

/// <summary>A request to a store that failed, in words for the user and without secrets.</summary>
internal sealed class StoreException(string message, StoreFault fault, Exception? inner = null) : Exception(message, inner)
{
    public StoreFault Fault => fault;

    /// <summary>How long the store asked us to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
