using System.Buffers.Binary;
using System.Text.Json;

namespace Reeve.Spooling;

/// <summary>
/// The states that one process has kept, in their order, each behind its length. Open it belongs to this process alone; the system lets go of it when the process ends, however
/// it ends. A state that was cut off by that end is none: whoever entered it was not told that it is kept.
/// </summary>
internal sealed class StateFile : IDisposable
{
    /// <summary>Bytes of one process's states; more are not kept, and their runs wait for the API.</summary>
    public const long Limit = 100_000_000;

    private const int Head = sizeof(int);
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private readonly long _limit;
    private long _sent;
    private long _end;

    private StateFile(string path, FileMode mode, long limit)
    {
        _limit = limit;
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // results are in it
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
    public static StateFile Create(string path, long limit = Limit)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new(path, FileMode.CreateNew, limit);
    }

    /// <summary>What a process that has ended left; null while it lives, or when another one sends it in this moment.</summary>
    public static StateFile? TakeOver(string path)
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

    /// <summary>Keeps states durably.</summary>
    /// <returns>False when the file is full or the disk does not take them.</returns>
    public bool TryAdd(IEnumerable<LateState> states)
    {
        using var bytes = new MemoryStream();
        Span<byte> head = stackalloc byte[Head];
        foreach (var state in states.Select(state => state.ToBytes()))
        {
            BinaryPrimitives.WriteInt32LittleEndian(head, state.Length);
            bytes.Write(head);
            bytes.Write(state);
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

    /// <summary>The states that come next, and where the file goes on after them. What cannot be read ends it, and <paramref name="damaged"/> hears why.</summary>
    public (List<LateState> States, long Next) Read(int most, Action<string> damaged)
    {
        lock (_gate)
        {
            var (states, at) = (new List<LateState>(), _sent);
            var head = new byte[Head];
            while (states.Count < most && at + Head <= _end)
            {
                ReadWhole(head, at);
                var length = BinaryPrimitives.ReadInt32LittleEndian(head);
                if (length <= 0 || at + Head + length > _end)
                    return (states, _end); // cut off
                var bytes = new byte[length];
                ReadWhole(bytes, at + Head);
                at += Head + length;
                try
                {
                    states.Add(LateState.Of(bytes));
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
                {
                    damaged(e.Message);
                }
            }

            return (states, at + Head > _end ? _end : at);
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

    /// <summary>Nothing is left in a file without states; one with some stays for the next process.</summary>
    public void Dispose()
    {
        if (IsEmpty)
            File.Delete(_file.Name);
        _file.Dispose();
    }
}
