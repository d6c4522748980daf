namespace Reeve.Deployments.Storage;

/// <summary>
/// A place that keeps objects under keys: an S3 bucket, an Azure container, a GCS bucket, a folder. Every method is one request or one plain
/// sequence of requests; what is tried again, and how many run at once, is decided by <see cref="RequestGate"/>.
/// </summary>
internal interface IObjectStore : IDisposable
{
    /// <summary>What messages call it: "the bucket 'code' at http://…".</summary>
    string Description { get; }

    /// <summary>One page of the objects whose key begins with the prefix.</summary>
    Task<ObjectPage> ListAsync(string prefix, string? continuation, RequestAttempt attempt);

    /// <summary>Writes an object in one request; the store checks the MD5 of the content that it is told beforehand.</summary>
    Task PutAsync(string key, FileSlice content, bool isExecutable, RequestAttempt attempt);

    /// <summary>Writes an object too big for one request. It is there whole or not at all.</summary>
    Task PutInPartsAsync(string key, LocalFile file, RequestGate gate, CancellationToken ct);

    /// <summary>Writes a range of the object's content into the destination.</summary>
    Task<ObjectHeaders> ReadAsync(StoredObject stored, long offset, long length, Stream destination, RequestAttempt attempt);

    Task DeleteAsync(string key, RequestAttempt attempt);
}

/// <summary>An object in a listing.</summary>
/// <param name="Version">What makes reading in ranges refuse when the object was replaced meanwhile: an ETag, a generation.</param>
/// <param name="Checksum">Of the whole content; null when the store does not say.</param>
internal sealed record StoredObject(string Key, long Size, string? Version, Checksum? Checksum);

/// <summary>A page of a listing; without a continuation it is the last.</summary>
internal sealed record ObjectPage(IReadOnlyList<StoredObject> Objects, string? Continuation);

/// <summary>What came with an object's content.</summary>
/// <param name="Checksum">Of the whole object; null when the store does not say.</param>
internal sealed record ObjectHeaders(bool IsExecutable, Checksum? Checksum);

/// <summary>A file to be pushed.</summary>
/// <param name="Name">Its path below the folder, with '/'.</param>
internal sealed record LocalFile(string Path, string Name, long Size, bool IsExecutable);
