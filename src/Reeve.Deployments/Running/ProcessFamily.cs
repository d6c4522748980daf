using System.Diagnostics;

namespace Reeve.Deployments.Running;

/// <summary>
/// A program and everything it starts, known by a mark in their environment. A group of their own would not do: they have to stay in the group of
/// the run, which a worker ends as a whole. A child that left its parent (a daemon) keeps the mark. Where environments cannot be read, the tree of
/// parents and children is what is ended.
/// </summary>
internal sealed class ProcessFamily
{
    private const string Name = "REEVE_STEP_PROCESS";

    private readonly string _mark = Guid.NewGuid().ToString("N");

    public void Mark(ProcessStartInfo start) =>
        start.Environment[Name] = start.Environment.TryGetValue(Name, out var outer) ? $"{outer}.{_mark}" : _mark;

    /// <summary>Asks all of them to end, and after the time given makes them.</summary>
    public async Task EndAsync(Process process, TimeSpan patience, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return;
        }
        ProcessGroup.TrySignal(process.Id, ProcessGroup.SigTerm);
        Signal(ProcessGroup.SigTerm, process.Id);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
        // Again, for one that was being started while the others were told.
        Signal(ProcessGroup.SigKill, process.Id);
        Signal(ProcessGroup.SigKill, process.Id);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private void Signal(int signal, int first)
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && id != first && id != Environment.ProcessId && IsMarked(folder))
                ProcessGroup.TrySignal(id, signal);
    }

    private bool IsMarked(string folder)
    {
        try
        {
            return File.ReadAllText(folder + "/environ").Contains(_mark, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it ended meanwhile, or is somebody else's
        }
    }
}
