using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Reeve.Logging;

/// <summary>
/// What a run printed, on its way to become log lines. Whoever prints holds the lock of <see cref="Console.Out"/>, and whoever writes a line to a console stream takes that lock: so
/// the line is noted here and told by another thread. Once <paramref name="most"/> lines wait, the printing thread waits too, as it would at a full pipe; while it does, it lends the lock
/// (<see cref="Monitor.Wait(object, TimeSpan)"/> gives it back), so that the other can write. A thread that holds locks of its own, which whoever tells may need, would wait for
/// ever: when no line has left for <paramref name="patience"/>, lines are left out and counted, and one line says how many.
/// </summary>
/// <param name="tell">Makes a log line. Never called by two threads at once.</param>
/// <param name="time">Says when a line was printed.</param>
/// <param name="most">How many lines may wait.</param>
/// <param name="patience">How long a printing thread waits while no line leaves.</param>
internal sealed class PrintQueue(Action<RunLogLevel, string, DateTimeOffset> tell, TimeProvider time, int most, TimeSpan patience)
{
    private const int LongestLine = 800_000; // a little under what one log line holds; what has no line's end must not grow for ever
    private readonly Queue<(string Text, DateTimeOffset At)> _printed = new();
    private readonly StringBuilder _line = new();
    private readonly Lock _gate = new();
    private readonly Lock _telling = new();
    private bool _isStuck;
    private int _waiting;
    private long _lost;
    private long _told;

    public PrintQueue(Action<RunLogLevel, string, DateTimeOffset> tell, TimeProvider time)
        : this(tell, time, most: 10_000, TimeSpan.FromSeconds(5))
    {
    }

    /// <summary>Takes what was printed; each complete line is told by another thread.</summary>
    public void Print(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('\n');
            Note(end < 0 ? text : text[..end], isWhole: end >= 0);
            text = end < 0 ? [] : text[(end + 1)..];
        }
    }

    /// <summary>Tells all that was printed, also what has no line's end yet.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_line.Length > 0)
                _printed.Enqueue((_line.ToString(), time.GetUtcNow()));
            _line.Clear();
        }

        Tell();
    }

    /// <summary>Tells all lines that were printed.</summary>
    public void Tell()
    {
        lock (_telling) // in the order in which they were printed
        {
            while (TryTake(out var line, out var lost))
            {
                if (line.Text is not null)
                    tell(RunLogLevel.Info, line.Text, line.At);
                if (lost > 0)
                    tell(RunLogLevel.Warning, string.Create(CultureInfo.InvariantCulture, $"{lost} printed lines were left out: {most} waited, and none could be written for {patience.TotalSeconds:0.#} seconds"), time.GetUtcNow());
            }
        }
    }

    private void Note(ReadOnlySpan<char> text, bool isWhole)
    {
        bool isFirst, isFull;
        lock (_gate)
        {
            _line.Append(text);
            if (!isWhole && _line.Length < LongestLine)
                return;
            if (isWhole && _line.Length > 0 && _line[^1] == '\r')
                _line.Length--;
            if (_isStuck && _printed.Count >= most)
            {
                _lost++;
                _line.Clear();
                return;
            }

            isFirst = _printed.Count == 0;
            _printed.Enqueue((_line.ToString(), time.GetUtcNow()));
            _line.Clear();
            isFull = _printed.Count >= most;
        }

        if (isFirst)
            _ = Task.Run(Tell);
        if (isFull && !_telling.IsHeldByCurrentThread) // a logger of the host that prints itself
            WaitForRoom();
    }

    private bool TryTake(out (string? Text, DateTimeOffset At) line, out long lost)
    {
        bool hasRoom;
        lock (_gate)
        {
            line = _printed.TryDequeue(out var next) ? next : default;
            lost = _printed.Count == 0 ? _lost : 0;
            if (_printed.Count == 0)
                _lost = 0;
            _told++;
            _isStuck = false;
            hasRoom = _waiting > 0 && _printed.Count <= most / 2;
        }

        if (hasRoom)
        {
            var console = Console.Out;
            lock (console)
                Monitor.PulseAll(console);
        }

        return line.Text is not null || lost > 0;
    }

    // The pool's threads may all be in here, so a thread of its own tells.
    private void WaitForRoom()
    {
        var console = Console.Out;
        _ = Task.Factory.StartNew(Tell, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        lock (console) // it is held by whoever prints; taken once more for those who have kept another writer
        {
            Interlocked.Increment(ref _waiting);
            var (since, seen) = (Stopwatch.GetTimestamp(), -1L);
            while (!HasRoom(ref since, ref seen))
                Monitor.Wait(console, TimeSpan.FromMilliseconds(20)); // a pulse can be another's, and can be missed by who was not waiting yet
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool HasRoom(ref long since, ref long seen)
    {
        lock (_gate)
        {
            if (_told != seen)
                (since, seen) = (Stopwatch.GetTimestamp(), _told);
            _isStuck |= Stopwatch.GetElapsedTime(since) > patience;
            return _isStuck || _printed.Count <= most / 2;
        }
    }
}
