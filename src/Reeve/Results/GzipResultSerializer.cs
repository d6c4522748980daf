using System.Buffers;
using System.IO.Compression;

namespace Reeve.Results;

/// <summary>What another serializer writes, compressed.</summary>
internal sealed class GzipResultSerializer(IResultSerializer inner) : IResultSerializer
{
    public string Name => inner.Name + "/gzip";

    public void Write<T>(IBufferWriter<byte> output, T? value)
    {
        var plain = new ArrayBufferWriter<byte>();
        inner.Write(plain, value);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain.WrittenSpan);
        output.Write(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    public T? Read<T>(ReadOnlyMemory<byte> content)
    {
        using var packed = new MemoryStream(content.ToArray(), writable: false);
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        try
        {
            gzip.CopyTo(plain);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"The stored result is not compressed by gzip: {e.Message}", e);
        }

        return inner.Read<T>(plain.ToArray());
    }
}
