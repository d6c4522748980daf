using System.Diagnostics;
using System.Globalization;

namespace Reeve.Deployments.Steps;

/// <summary>The folders that clones and pulls are made in before they get their names, and their removal.</summary>
internal static class PartialFolder
{
    private const string Ending = ".partial";

    /// <summary>A name beside the destination, so that giving it its own name is one step of the file system.</summary>
    public static string PartialOf(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.{Guid.NewGuid():N}{Ending}");

    /// <summary>Removes what processes left behind that were killed at it.</summary>
    public static void RemoveAbandoned(string path)
    {
        var parent = Path.GetDirectoryName(path)!;
        var beginning = $".{Path.GetFileName(path)}.";
        foreach (var folder in Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, "*" + Ending) : [])
        {
            var name = Path.GetFileName(folder);
            if (name.StartsWith(beginning, StringComparison.Ordinal) && name[beginning.Length..].Split('.') is [var id, _, _]
                && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var process) && !IsRunning(process))
                Delete(folder);
        }
    }

    /// <summary>Removes a folder with everything in it; git makes files read-only, which some systems do not delete.</summary>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            foreach (var file in new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories))
                file.Attributes = FileAttributes.Normal;
        Directory.Delete(path, recursive: true);
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
