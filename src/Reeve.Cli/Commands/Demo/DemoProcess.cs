using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Reeve.Workers.Process;

namespace Reeve.Cli.Commands.Demo;

/// <summary>The server or the worker of the demo: this same program once more. Its output goes to a file; its input is held open, so that it ends with the demo however that ends.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private const int TailLength = 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly SessionProcess _process;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<string> _tail = new();
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Regex _readyLine;

    private DemoProcess(string name, string logFile, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string?> environment, string readyLine, TimeProvider time)
    {
        (Name, LogFile, _time) = (name, logFile, time);
        _readyLine = new Regex(readyLine);
        _log = new StreamWriter(logFile) { AutoFlush = true };
        var own = new Dictionary<string, string?>(environment) { [StopSignals.InputVariable] = "1" };
        _process = SessionProcess.Start([.. SelfCommand.Words, .. arguments], folder, own, Take, time, keepsInput: true);
    }

    public string Name { get; }

    public string LogFile { get; }

    public Task<int> Exit => _process.Exit;

    /// <summary>Starts the program and waits for the line that says that it is ready.</summary>
    /// <exception cref="CliException">It ended, or was not ready in time; the message has its last lines.</exception>
    public static async Task<DemoProcess> StartAsync(
        string name, string logFile, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string?> environment, string readyLine, TimeProvider time, CancellationToken ct)
    {
        var process = new DemoProcess(name, logFile, arguments, folder, environment, readyLine, time);
        try
        {
            var first = await Task.WhenAny(process._ready.Task, process.Exit, Task.Delay(TimeSpan.FromSeconds(60), time, ct));
            ct.ThrowIfCancellationRequested();
            return first == process._ready.Task ? process : throw process.Ended(process.Exit.IsCompleted ? "ended" : "was not ready in 60 s");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>What to tell when the process is not what it should be.</summary>
    public CliException Ended(string what) => new($"the {Name} {what}; its last lines:\n  " + string.Join("\n  ", _tail), $"the whole log: {LogFile}");

    private void Take(string line)
    {
        lock (_gate)
            _log.WriteLine(line);
        _tail.Enqueue(line);
        if (_tail.Count > TailLength)
            _tail.TryDequeue(out _);
        if (_readyLine.IsMatch(line))
            _ready.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(Grace, CancellationToken.None);
        await _process.DisposeAsync();
        lock (_gate)
            _log.Dispose();
    }
}
