using System.ComponentModel;
using System.Diagnostics;
using Reeve.Deployments.Running;

namespace Reeve.Workers.Process;

/// <summary>A program in a session of its own: a Ctrl+C meant for this process does not reach it, and it is ended together with all that it started.</summary>
public sealed class SessionProcess : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(2);
    private static readonly string[] Prefix = FindPrefix();
    private readonly System.Diagnostics.Process _process;
    private readonly TimeProvider _time;
    private readonly Task _readers;

    private SessionProcess(System.Diagnostics.Process process, Action<string>? output, TimeProvider time)
    {
        _process = process;
        _time = time;
        Id = process.Id;
        _readers = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, output));
        Exit = WaitAsync();
    }

    public int Id { get; }

    /// <summary>Ends with the exit status (128 + n after signal n) when the program has ended and nothing of its group is left.</summary>
    public Task<int> Exit { get; }

    /// <summary>Starts a program. Its input is a pipe that closes with this process, or at once.</summary>
    /// <param name="command">The program, by its full path where that matters, and its arguments.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    /// <param name="environment">Added to this process's; null removes a name.</param>
    /// <param name="output">Gets each line of both streams, from two threads; null: lines are read and dropped.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keepsInput">Leaves the input open for as long as this process lives.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static SessionProcess Start(
        IReadOnlyList<string> command, string workingDirectory, IReadOnlyDictionary<string, string?> environment, Action<string>? output, TimeProvider time, bool keepsInput = false)
    {
        IReadOnlyList<string> words = [.. Prefix, .. command];
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = System.Diagnostics.Process.Start(start)!;
        if (!keepsInput)
            process.StandardInput.Close();
        return new SessionProcess(process, output, time);
    }

    /// <summary>Asks the whole group to end, waits for the grace time, then forces it. Returns when nothing of it is left.</summary>
    public async Task<int> StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        Signal(ProcessGroup.SigTerm);
        try
        {
            await Exit.WaitAsync(grace, _time, hurry);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Signal(ProcessGroup.SigKill);
        }

        return await Exit;
    }

    private static bool OwnsGroup => Prefix.Length > 0;

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        await EndGroupAsync();
        // The pipes close with the last process that holds them; one that left the group may hold them for ever.
        await Task.WhenAny(_readers, Task.Delay(LeftoverGrace, _time, CancellationToken.None));
        return _process.ExitCode;
    }

    // What the program started and left behind ends with it: nobody else would end it.
    private async Task EndGroupAsync()
    {
        if (!OwnsGroup || !ProcessGroup.IsAlive(Id))
            return;
        ProcessGroup.TrySignalGroup(Id, ProcessGroup.SigTerm);
        for (var start = _time.GetTimestamp(); ProcessGroup.IsAlive(Id); await Task.Delay(Look, _time, CancellationToken.None))
        {
            if (_time.GetElapsedTime(start) > LeftoverGrace)
                ProcessGroup.TrySignalGroup(Id, ProcessGroup.SigKill);
        }
    }

    private void Signal(int signal)
    {
        if (OwnsGroup)
            ProcessGroup.TrySignalGroup(Id, signal);
        else if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    // setsid executes the program in its own place, so the pid stays. Where there is none, as on macOS, perl can do the same.
    private static string[] FindPrefix()
    {
        if (OperatingSystem.IsWindows())
            return [];
        if (Programs.OnPath("setsid") is { } setsid)
            return [setsid];
        return Programs.OnPath("perl") is { } perl ? [perl, "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or die"] : [];
    }

    private static async Task ReadAsync(StreamReader reader, Action<string>? output)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            output?.Invoke(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (!Exit.IsCompleted)
            Signal(ProcessGroup.SigKill);
        await Exit;
        _process.Dispose();
    }
}
