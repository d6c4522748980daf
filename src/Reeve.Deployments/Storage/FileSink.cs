using Microsoft.Win32.SafeHandles;

namespace Reeve.Deployments.Storage;

/// <summary>Takes a range of an object's content into a file at its place, and counts and hashes it on the way. It does not own the file.</summary>
internal sealed class FileSink(SafeFileHandle file, string name, long offset, long length, ContentHash? hash, Action moved) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    /// <summary>Whether all of it came.</summary>
    public bool IsComplete => _written == length;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > length - _written)
            throw new StoreException("more bytes came than the listing said", StoreFault.Transient);
        try
        {
            RandomAccess.Write(file, buffer, offset + _written);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"'{name}' cannot be written: {exception.Message}", exception);
        }
        hash?.Append(buffer);
        _written += buffer.Length;
        moved();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
