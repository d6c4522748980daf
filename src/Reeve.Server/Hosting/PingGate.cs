using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Reeve.Server.Hosting;

/// <summary>
/// Holds a client's pings back until what it sent before them is settled. The wire of <c>/events/in</c> has no acknowledgement of its own: clients ping, and take the pong to
/// mean that everything before it has arrived for good, so they keep it no longer for a repetition. A websocket answers pings by itself, as soon as it reads them; this
/// stream under it lets it read one only when it may be answered.
/// </summary>
internal sealed class PingGate(Stream inner) : Stream
{
    private const int Ping = 0x9;
    private readonly byte[] kept = new byte[16 * 1024];
    private readonly byte[] head = new byte[10];
    private int start;
    private int end;
    private int headLength;
    private long payload;

    /// <summary>Completes once everything that was read up to now is settled; set by who reads the messages.</summary>
    internal Func<CancellationToken, Task> Settled { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Puts a gate under the websockets of one address.</summary>
    internal static Func<RequestDelegate, RequestDelegate> For(string path) => next => http =>
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade && http.Request.Path.Value is { } asked
            && asked.TrimEnd('/').EndsWith(path, StringComparison.OrdinalIgnoreCase))
            http.Features.Set<IHttpUpgradeFeature>(new GatedUpgrade(http, upgrade));
        return next(http);
    };

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (start == end)
        {
            (start, end) = (0, await inner.ReadAsync(kept, cancellationToken).ConfigureAwait(false));
            if (end == 0)
                return 0;
        }
        if (IsPing(kept[start]))
            await Settled(cancellationToken).ConfigureAwait(false);
        var count = UpToNextPing(Math.Min(buffer.Length, end - start));
        kept.AsMemory(start, count).CopyTo(buffer);
        start += count;
        return count;
    }

    private bool IsPing(byte first) => headLength == 0 && payload == 0 && (first & 0x0F) == Ping;

    // follows the frames through the bytes that are handed on; a ping at the very beginning was let through
    private int UpToNextPing(int most)
    {
        for (var i = 0; i < most;)
        {
            if (i > 0 && IsPing(kept[start + i]))
                return i;
            if (payload > 0)
            {
                var part = (int)Math.Min(payload, most - i);
                payload -= part;
                i += part;
                continue;
            }
            head[headLength++] = kept[start + i++];
            if (headLength == LengthOfHead())
            {
                payload = LengthOfPayload() + (HasMask ? 4 : 0);
                headLength = 0;
            }
        }
        return most;
    }

    private bool HasMask => (head[1] & 0x80) != 0;

    private int LengthOfHead() => headLength < 2 ? 2 : (head[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 };

    // a length that no frame has breaks the socket above
    private long LengthOfPayload() => (head[1] & 0x7F) switch
    {
        126 => BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2)),
        127 => BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(2)) & long.MaxValue >> 3,
        var small => small,
    };

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Websockets read asynchronously.");

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class GatedUpgrade(HttpContext http, IHttpUpgradeFeature inner) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync()
        {
            var gate = new PingGate(await inner.UpgradeAsync().ConfigureAwait(false));
            http.Features.Set(gate);
            return gate;
        }
    }
}
