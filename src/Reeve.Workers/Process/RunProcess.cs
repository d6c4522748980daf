using System.Globalization;

namespace Reeve.Workers.Process;

/// <summary>A run's process and its group.</summary>
internal sealed class RunProcess : RunningJob
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(2);
    private readonly System.Diagnostics.Process _process;
    private readonly bool _ownsGroup;
    private readonly string? _temporaryFolder;
    private readonly TimeProvider _time;
    private readonly Task[] _readers;

    /// <param name="process">The process, just started.</param>
    /// <param name="ownsGroup">Whether it begins a group of its own.</param>
    /// <param name="temporaryFolder">Deleted with the job.</param>
    /// <param name="output">Gets each line of output; null: lines are read and dropped.</param>
    /// <param name="time">For the grace time.</param>
    public RunProcess(System.Diagnostics.Process process, bool ownsGroup, string? temporaryFolder, Action<string>? output, TimeProvider time)
    {
        _process = process;
        _ownsGroup = ownsGroup;
        _temporaryFolder = temporaryFolder;
        _time = time;
        Id = process.Id;
        _readers = [ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, output)];
        Exit = WaitAsync();
    }

    public int Id { get; }

    public override string Identifier => $"{Environment.MachineName}:{Id.ToString(CultureInfo.InvariantCulture)}";

    public override string DisplayName => $"Process {Id.ToString(CultureInfo.InvariantCulture)}";

    public override Task<JobExit> Exit { get; }

    public override async Task<JobExit> StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        Signal(ProcessGroup.Terminate);
        try
        {
            await Exit.WaitAsync(grace, _time, hurry);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Signal(ProcessGroup.Kill);
        }

        return await Exit;
    }

    private async Task<JobExit> WaitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        await EndGroupAsync();
        // The pipes close with the last process that holds them; one that left the group may hold them for ever.
        await Task.WhenAny(Task.WhenAll(_readers), Task.Delay(LeftoverGrace, _time, CancellationToken.None));
        return Describe(_process.ExitCode);
    }

    // What the run started and left behind ends with it: nobody else would end it.
    private async Task EndGroupAsync()
    {
        if (!_ownsGroup || !ProcessGroup.IsAlive(Id))
            return;
        ProcessGroup.Signal(Id, ProcessGroup.Terminate);
        for (var start = _time.GetTimestamp(); ProcessGroup.IsAlive(Id); await Task.Delay(Look, _time, CancellationToken.None))
        {
            if (_time.GetElapsedTime(start) > LeftoverGrace)
                ProcessGroup.Signal(Id, ProcessGroup.Kill);
        }
    }

    private void Signal(int signal)
    {
        if (_ownsGroup)
            ProcessGroup.Signal(Id, signal);
        else if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    // The runtime reports an end by signal N as 128 + N.
    private static JobExit Describe(int status) => new(status, status switch
    {
        129 => "ended by SIGHUP",
        130 => "ended by SIGINT",
        134 => "aborted by SIGABRT",
        137 => "killed by SIGKILL",
        139 => "ended by SIGSEGV",
        143 => "ended by SIGTERM",
        _ => null,
    });

    private static async Task ReadAsync(StreamReader reader, Action<string>? output)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            output?.Invoke(line);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!Exit.IsCompleted)
            Signal(ProcessGroup.Kill);
        await Exit;
        _process.Dispose();
        if (_temporaryFolder is not null && Directory.Exists(_temporaryFolder))
            Directory.Delete(_temporaryFolder, recursive: true);
    }
}
