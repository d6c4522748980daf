using System.Globalization;

namespace Reeve.Deployments.Storage;

/// <summary>Counts what a transfer has done and says so every ten seconds; a short transfer says nothing until its end.</summary>
internal sealed class TransferProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly string _verb;
    private readonly int _files;
    private readonly long _bytes;
    private readonly Action<string> _say;
    private readonly ITimer _timer;
    private int _filesDone;
    private long _bytesDone;

    public TransferProgress(string verb, int files, long bytes, Action<string> say, TimeProvider time)
    {
        (_verb, _files, _bytes, _say) = (verb, files, bytes, say);
        _timer = time.CreateTimer(_ => Say(), null, Interval, Interval);
    }

    public void Bytes(long count) => Interlocked.Add(ref _bytesDone, count);

    public void File() => Interlocked.Increment(ref _filesDone);

    /// <summary>A number of bytes for people: "3.2 MB".</summary>
    public static string Size(long bytes)
    {
        var (value, unit) = bytes switch
        {
            < 1000 => ((double)bytes, "bytes"),
            < 1000_000 => (bytes / 1e3, "kB"),
            < 1000_000_000 => (bytes / 1e6, "MB"),
            _ => (bytes / 1e9, "GB"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
    }

    public static string Count(int files) => string.Create(CultureInfo.InvariantCulture, $"{files:N0} {(files == 1 ? "file" : "files")}");

    public void Dispose() => _timer.Dispose();

    private void Say() => _say($"{_verb} {_filesDone.ToString("N0", CultureInfo.InvariantCulture)} of {Count(_files)} ({Size(Interlocked.Read(ref _bytesDone))} of {Size(_bytes)})");
}
