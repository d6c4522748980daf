using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Reeve.Deployments.Storage;

/// <summary>A range of an open file as a stream that can be sent again, with its MD5 known beforehand. It does not own the file.</summary>
internal sealed class FileSlice : Stream
{
    private const int BufferLength = 64 * 1024;

    private readonly SafeFileHandle _file;
    private readonly string _name;
    private readonly long _offset;
    private readonly Action _moved;
    private long _position;

    private FileSlice(SafeFileHandle file, string name, long offset, long length, byte[] md5, Action moved) =>
        (_file, _name, _offset, Length, Md5, _moved) = (file, name, offset, length, md5, moved);

    public byte[] Md5 { get; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position { get => _position; set => _position = value; }

    /// <exception cref="LocalFileException">The file cannot be read.</exception>
    public static SafeFileHandle Open(LocalFile file)
    {
        try
        {
            return File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"'{file.Name}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The range, read once for its checksum.</summary>
    public static FileSlice Of(SafeFileHandle file, string name, long offset, long length, RequestAttempt attempt)
    {
        using var hash = new Md5Hash();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length, 1, BufferLength));
        try
        {
            for (var read = 0L; read < length;)
            {
                attempt.Token.ThrowIfCancellationRequested();
                var count = Read(file, name, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - read)), offset + read);
                hash.Append(buffer.AsSpan(0, count));
                read += count;
                attempt.Moved();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return new FileSlice(file, name, offset, length, hash.Finish(), attempt.Moved);
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, Length - _position);
        if (wanted <= 0)
            return 0;
        var count = Read(_file, _name, buffer[..wanted], _offset + _position);
        _position += count;
        _moved();
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // From the page cache as a rule: the checksum has just read it.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Read(SafeFileHandle file, string name, Span<byte> buffer, long offset)
    {
        int count;
        try
        {
            count = RandomAccess.Read(file, buffer, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"'{name}' cannot be read: {exception.Message}", exception);
        }
        return count > 0 ? count : throw new LocalFileException($"'{name}' became shorter while it was read; is something still writing it?");
    }
}
