using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Reeve.Deployments.Storage;

/// <summary>A checksum of a content, of the kind its store keeps: MD5, or CRC32C when there are four bytes of it.</summary>
internal sealed record Checksum(byte[] Value)
{
    private const int Crc32CLength = 4;

    /// <summary>An MD5 in hexadecimal digits, in quotes or not, as S3 writes it into an ETag; null when it is none.</summary>
    public static Checksum? FromETag(string? tag)
    {
        var digits = tag?.Trim('"');
        return digits is { Length: 32 } && digits.All(char.IsAsciiHexDigit) ? new Checksum(Convert.FromHexString(digits)) : null;
    }

    /// <summary>A checksum in base64; null when there is none.</summary>
    public static Checksum? FromBase64(string? text) => string.IsNullOrEmpty(text) ? null : new Checksum(Convert.FromBase64String(text));

    public ContentHash Begin() => Value.Length == Crc32CLength ? new Crc32CHash() : new Md5Hash();

    public bool Matches(byte[] other) => Value.AsSpan().SequenceEqual(other);
}

/// <summary>A checksum that is being computed.</summary>
internal abstract class ContentHash : IDisposable
{
    public abstract void Append(ReadOnlySpan<byte> bytes);

    public abstract byte[] Finish();

    public virtual void Dispose()
    {
    }
}

[System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "the stores' check against broken transfers, not against forgers")]
internal sealed class Md5Hash : ContentHash
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public override byte[] Finish() => _hash.GetHashAndReset();

    public override void Dispose()
    {
        _hash.Dispose();
        base.Dispose();
    }
}

internal sealed class Crc32CHash : ContentHash
{
    private uint _crc = uint.MaxValue;

    public override void Append(ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            _crc = BitOperations.Crc32C(_crc, word);
        foreach (var last in bytes[(words.Length * sizeof(ulong))..])
            _crc = BitOperations.Crc32C(_crc, last);
    }

    // Google writes it with the highest byte first.
    public override byte[] Finish()
    {
        var value = new byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(value, ~_crc);
        return value;
    }
}
