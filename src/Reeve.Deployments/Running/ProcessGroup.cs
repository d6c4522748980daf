using System.Globalization;
using System.Runtime.InteropServices;

namespace Reeve.Deployments.Running;

/// <summary>
/// Signals and process groups of Unix; on Windows none of them exists and the methods say so. A group's id is the process id of its leader, which
/// began it by setsid.
/// </summary>
public static partial class ProcessGroup
{
    public const int SigKill = 9;

    public const int SigTerm = 15;

    private const int Probe = 0;

    /// <summary>
    /// Makes this process the leader of a new group, so that whoever started it can end it and everything it started at once. A process that
    /// leads its group already (one started by hand from a shell) stays where it is.
    /// </summary>
    public static bool TryLead() => !OperatingSystem.IsWindows() && SetSid() != -1;

    public static bool TrySignal(int processId, int signal) => !OperatingSystem.IsWindows() && Kill(processId, signal) == 0;

    /// <summary>Signals every process of a group; for the moment before the first process has begun its group, that process alone.</summary>
    public static bool TrySignalGroup(int leaderId, int signal) =>
        !OperatingSystem.IsWindows() && leaderId > 1 && (Kill(-leaderId, signal) == 0 || Kill(leaderId, signal) == 0);

    /// <summary>True while a process of the group lives. Dead ones that nobody collected do not count: some containers have no init that would.</summary>
    public static bool IsAlive(int leaderId) =>
        !OperatingSystem.IsWindows() && leaderId > 1 && Kill(-leaderId, Probe) == 0 && (!OperatingSystem.IsLinux() || AnyLiving(leaderId));

    /// <summary>The signal that ended a process, by its exit code; null when it ended by itself.</summary>
    public static string? SignalOf(int exitCode) => OperatingSystem.IsWindows() || exitCode is <= 128 or > 128 + 64 ? null : (exitCode - 128) switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        7 => "SIGBUS",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        var number => $"signal {number}",
    };

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

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
