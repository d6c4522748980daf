using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Reeve.Bench;

/// <summary>One HTTP/1.1 connection that sends a request and reads its whole answer. Written for little overhead, so that on a small machine the server is measured and not the client.</summary>
internal sealed class HttpConnection(Uri api) : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public async Task OpenAsync(CancellationToken ct) => await _socket.ConnectAsync(api.Host, api.Port, ct);

    /// <summary>Sends a request; the answer's body is valid until the next call.</summary>
    public async Task<Answer> SendAsync(string method, string path, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        await SendAllAsync(Request(method, path, body.Span), ct);
        var status = 0;
        var length = -1;
        var chunked = false;
        for (var first = true; ; first = false)
        {
            var line = await ReadLineAsync(ct);
            if (line.Length == 0)
                break;
            if (first)
                status = int.Parse(line.AsSpan(9, 3), CultureInfo.InvariantCulture);
            else if (line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line.AsSpan(15).Trim(), CultureInfo.InvariantCulture);
            else if (line.StartsWith("transfer-encoding:", StringComparison.OrdinalIgnoreCase))
                chunked = line.Contains("chunked", StringComparison.OrdinalIgnoreCase);
        }

        return new Answer(status, chunked ? await ReadChunksAsync(ct) : await ReadExactlyAsync(Math.Max(length, 0), ct));
    }

    private byte[] Request(string method, string path, ReadOnlySpan<byte> body)
    {
        var head = Encoding.ASCII.GetBytes(
            $"{method} {api.AbsolutePath.TrimEnd('/')}/{path} HTTP/1.1\r\nHost: {api.Authority}\r\nUser-Agent: reeve-bench\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        var request = new byte[head.Length + body.Length];
        head.CopyTo(request, 0);
        body.CopyTo(request.AsSpan(head.Length));
        return request;
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, ct)..];
    }

    private async Task<string> ReadLineAsync(CancellationToken ct)
    {
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (found >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, _start, found);
                _start += found + 2;
                return line;
            }

            await FillAsync(ct);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadExactlyAsync(int count, CancellationToken ct)
    {
        while (_end - _start < count)
            await FillAsync(ct);
        var bytes = _buffer.AsMemory(_start, count);
        _start += count;
        return bytes;
    }

    private async Task<ReadOnlyMemory<byte>> ReadChunksAsync(CancellationToken ct)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(await ReadLineAsync(ct), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write((await ReadExactlyAsync(size, ct)).Span);
            await ReadLineAsync(ct);
            if (size == 0)
                return body.ToArray();
        }
    }

    private async Task FillAsync(CancellationToken ct)
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_end == _buffer.Length && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), ct);
        if (read == 0)
            throw new IOException("the server closed the connection");
        _end += read;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The first id in an answer.</summary>
    public static Guid IdOf(ReadOnlySpan<byte> json)
    {
        var at = json.IndexOf("\"id\":"u8);
        var quote = at < 0 ? -1 : json[(at + 5)..].IndexOf((byte)'"');
        return quote >= 0 && Utf8Parser.TryParse(json.Slice(at + 5 + quote + 1, 36), out Guid id, out _)
            ? id
            : throw new FormatException($"no id in the answer: {Encoding.UTF8.GetString(json)}");
    }
}

/// <summary>A status code and a body.</summary>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body)
{
    public bool IsError => Status is < 200 or > 299;
}
