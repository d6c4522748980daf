namespace Reeve;

/// <summary>
/// A place for the bytes of results. Own ones are given to a call by <see cref="CallOptions.ResultStorage"/>; folders, blocks and the server's own
/// place come along and are named in attributes.
/// </summary>
public interface IResultStorage
{
    /// <summary>What people are shown of where a result is, such as a path or an address, and what is stored to find it again.</summary>
    /// <param name="key">The key, safe as a file's name.</param>
    string Locate(string key);

    /// <summary>Stores bytes durably: when this returns, they survive a crash of this process.</summary>
    Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Reads bytes by what <see cref="Locate"/> said; null when there are none.</summary>
    Task<byte[]?> ReadAsync(string location, CancellationToken ct);
}
