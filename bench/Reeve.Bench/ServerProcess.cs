using System.Diagnostics;

namespace Reeve.Bench;

/// <summary>The server's process, when it runs on this machine.</summary>
internal sealed class ServerProcess(int pid)
{
    public TimeSpan CpuTime()
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }

    public double ResidentMegabytes()
    {
        using var process = Process.GetProcessById(pid);
        return process.WorkingSet64 / 1024.0 / 1024.0;
    }
}
