using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Reeve.Engine;

/// <summary>
/// What a call is, within its flow run: what is called, with what, and inside which other call. Equal calls are told apart by their ordinal alone, so neither the order of
/// parallel calls nor code that is added between them matters when a flow run is run again.
/// </summary>
internal readonly record struct CallIdentity(UInt128 Digest)
{
    private const int DigestLength = 32;

    // Kept between calls unless an argument made it large.
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static Digester? s_kept;

    /// <summary>The identity of a call.</summary>
    /// <param name="within">The task call around it; the default for a call that the flow makes itself.</param>
    /// <param name="key">Names what is called.</param>
    /// <param name="arguments">Each counts as its JSON; one that has none counts as its type.</param>
    /// <param name="lacksJson">Hears the position of an argument without JSON.</param>
    public static CallIdentity Of(CallIdentity within, string key, ReadOnlySpan<object?> arguments, Action<int> lacksJson)
    {
        var digester = s_kept ?? new Digester();
        s_kept = null; // an argument's own code may call a task
        var all = new byte[(arguments.Length + 1) * DigestLength + 16];
        BinaryPrimitives.WriteUInt128LittleEndian(all, within.Digest);
        SHA256.HashData(Encoding.UTF8.GetBytes(key), all.AsSpan(16));
        for (var i = 0; i < arguments.Length; i++)
        {
            var digest = all.AsSpan(16 + (i + 1) * DigestLength, DigestLength);
            if (!digester.TryDigest(arguments[i], digest))
            {
                SHA256.HashData(Encoding.UTF8.GetBytes(arguments[i]!.GetType().FullName ?? arguments[i]!.GetType().Name), digest);
                lacksJson(i);
            }
        }

        if (digester.Length <= LargestKept)
            s_kept = digester;
        return new(BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(all)));
    }

    /// <summary>The text that names the call within its flow run.</summary>
    public string ToKey(int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{Digest:x32}-{ordinal}");

    // Reading these would wait, use them up, or say nothing of what they are.
    private static bool HasJson(object? value) => value switch
    {
        null or string or JsonElement => true,
        Delegate or Task or Stream or CancellationToken or MemberInfo or IAsyncDisposable => false,
        ICollection => true,
        IEnumerable sequence => Array.Exists(
            sequence.GetType().GetInterfaces(), type => type.IsGenericType && type.GetGenericTypeDefinition() is var kind && (kind == typeof(ICollection<>) || kind == typeof(IReadOnlyCollection<>))),
        _ => !(value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>)),
    };

    /// <summary>Digests JSON while it is written, so that a large argument is nowhere as a whole.</summary>
    [SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Kept as long as its thread lives; a hash has a handle that closes itself.")]
    private sealed class Digester : IBufferWriter<byte>
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly Utf8JsonWriter _writer;
        private byte[] _buffer = new byte[1024];

        public Digester() => _writer = new Utf8JsonWriter(this);

        public int Length => _buffer.Length;

        public bool TryDigest(object? value, Span<byte> digest)
        {
            if (!HasJson(value))
                return false;
            _writer.Reset();
            try
            {
                ParameterJson.Write(_writer, value);
                _writer.Flush();
                return true;
            }
            catch (Exception e) when (e is not (OutOfMemoryException or InsufficientExecutionStackException))
            {
                return false; // whatever a property of the author's type throws
            }
            finally
            {
                _hash.GetHashAndReset(digest);
            }
        }

        public void Advance(int count) => _hash.AppendData(_buffer.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (_buffer.Length < sizeHint)
                _buffer = new byte[sizeHint];
            return _buffer;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
