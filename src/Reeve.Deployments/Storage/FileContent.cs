using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Reeve.Deployments.Storage;

/// <summary>Compares a file's content with a checksum.</summary>
internal static class FileContent
{
    private const int BufferLength = 128 * 1024;

    public static async Task<bool> MatchesAsync(SafeFileHandle file, string name, long size, Checksum expected, CancellationToken ct)
    {
        using var hash = expected.Begin();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(size, 1, BufferLength));
        try
        {
            for (var at = 0L; ;)
            {
                var count = await RandomAccess.ReadAsync(file, buffer, at, ct);
                if (count == 0)
                    return expected.Matches(hash.Finish());
                hash.Append(buffer.AsSpan(0, count));
                at += count;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"'{name}' cannot be read: {exception.Message}", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
