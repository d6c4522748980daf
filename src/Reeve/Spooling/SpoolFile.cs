using System.Buffers.Binary;

namespace Reeve.Spooling;

/// <summary>
/// What one process has kept for an API that is away, in order, each record behind its length. Open it belongs to this process alone; the system lets go of it when the process ends,
/// however it ends. A record that was cut off by that end is none: whoever wanted it kept was not told that it is.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    /// <summary>Bytes of one process's file; more are not kept, and whoever wants them kept waits for the API.</summary>
    public const long Limit = 100_000_000;

    private const int Head = sizeof(int);
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private readonly long _limit;
    private long _sent;
    private long _end;

    private SpoolFile(string path, FileMode mode, long limit)
    {
        _limit = limit;
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // results and payloads are in it
        _file = new FileStream(path, options);
        _end = _file.Length;
    }

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _sent >= _end;
        }
    }

    /// <exception cref="IOException">The disk does not take it.</exception>
    public static SpoolFile Create(string path, long limit = Limit)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new(path, FileMode.CreateNew, limit);
    }

    /// <summary>What a process that has ended left; null while it lives, or when another one sends it in this moment.</summary>
    public static SpoolFile? TakeOver(string path)
    {
        try
        {
            return new(path, FileMode.Open, Limit);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Keeps records durably.</summary>
    /// <returns>False when the file is full or the disk does not take them.</returns>
    public bool TryAdd(IEnumerable<byte[]> records)
    {
        using var bytes = new MemoryStream();
        Span<byte> head = stackalloc byte[Head];
        foreach (var record in records)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head, record.Length);
            bytes.Write(head);
            bytes.Write(record);
        }

        lock (_gate)
        {
            if (_end + bytes.Length > _limit)
                return false;
            try
            {
                RandomAccess.Write(_file.SafeFileHandle, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), _end);
                RandomAccess.FlushToDisk(_file.SafeFileHandle);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // what was written of it lies behind the end and is written over
            }

            _end += bytes.Length;
            return true;
        }
    }

    /// <summary>The records that come next, and where the file goes on after them.</summary>
    /// <exception cref="IOException">The disk does not give them.</exception>
    public (List<byte[]> Records, long Next) Read(int most)
    {
        lock (_gate)
        {
            var (records, at) = (new List<byte[]>(), _sent);
            var head = new byte[Head];
            while (records.Count < most && at + Head <= _end)
            {
                ReadWhole(head, at);
                var length = BinaryPrimitives.ReadInt32LittleEndian(head);
                if (length <= 0 || at + Head + length > _end)
                    return (records, _end); // cut off
                var bytes = new byte[length];
                ReadWhole(bytes, at + Head);
                at += Head + length;
                records.Add(bytes);
            }

            return (records, at + Head > _end ? _end : at);
        }
    }

    /// <summary>What lies before was told and need not be told again.</summary>
    public void Forget(long next)
    {
        lock (_gate)
        {
            _sent = next;
            if (_sent < _end)
                return;
            _file.SetLength(0);
            (_sent, _end) = (0, 0);
        }
    }

    private void ReadWhole(Span<byte> bytes, long at)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, bytes, at);
            if (read == 0)
                throw new EndOfStreamException($"{_file.Name} has become shorter");
            bytes = bytes[read..];
            at += read;
        }
    }

    /// <summary>Nothing is left of an empty file; one with records stays for the next process.</summary>
    public void Dispose()
    {
        if (IsEmpty)
            File.Delete(_file.Name);
        _file.Dispose();
    }
}
