namespace Reeve.Deployments.Docker;

/// <summary>
/// A file as long as it was when it was opened: the header of a tar entry says the length before the content comes, and a log that grows
/// meanwhile would shift everything after it.
/// </summary>
internal sealed class FixedLengthStream(FileStream file, string name) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; } = file.Length;

    public override long Position
    {
        get => _position;
        set => _position = file.Position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await file.ReadAsync(buffer[..Wanted(buffer.Length)], cancellationToken), buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Count(file.Read(buffer, offset, Wanted(count)), count);

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => Length };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private int Wanted(int room) => (int)Math.Min(room, Length - _position);

    private int Count(int read, int room)
    {
        if (read == 0 && room > 0 && _position < Length)
            throw new DockerException($"'{name}' of the build context became shorter while it was sent; a line in .dockerignore leaves it out");
        _position += read;
        return read;
    }
}
