using System.Globalization;
using System.Runtime.InteropServices;

namespace Reeve.Workers.Process;

/// <summary>Signals to a process and all that it started. The group's id is the pid of its first process, which began it by setsid.</summary>
internal static partial class ProcessGroup
{
    public const int Terminate = 15;
    public const int Kill = 9;
    private const int Probe = 0;

    /// <summary>Signals the group; for the moment before the first process has begun its group, that process alone.</summary>
    public static void Signal(int id, int signal)
    {
        if (SendSignal(-id, signal) != 0)
            SendSignal(id, signal);
    }

    /// <summary>True while a process of the group lives. Dead ones that nobody collected do not count: some containers have no init that would.</summary>
    public static bool IsAlive(int id) =>
        SendSignal(-id, Probe) == 0 && (!OperatingSystem.IsLinux() || AnyLiving(id));

    private static bool AnyLiving(int group)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (char.IsAsciiDigit(Path.GetFileName(folder)[0]) && Stat(folder) is (var state, var of) && of == group && state is not ("Z" or "X"))
                return true;
        }

        return false;
    }

    // "pid (name) state ppid pgrp …"; the name may hold blanks and brackets.
    private static (string State, int Group)? Stat(string folder)
    {
        try
        {
            var text = File.ReadAllText(folder + "/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 4);
            return (fields[0], int.Parse(fields[2], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null; // it ended meanwhile
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
