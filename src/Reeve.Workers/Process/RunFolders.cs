using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reeve.Workers.Process;

/// <summary>
/// The temporary folders runs work in. Their names say which worker made them, so that the next one can remove those of a worker that was killed,
/// unless a run that outlived it works there still.
/// </summary>
internal static class RunFolders
{
    private const string Beginning = "reeve-run-";

    // The temporary folder may be shared with other machines and containers, whose processes cannot be seen from here.
    private static readonly string Here = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName + ProcessNamespace())))[..8];

    public static string Create() => Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Beginning}{Here}-{Environment.ProcessId}-")).FullName;

    public static void RemoveAbandoned() => RemoveAbandoned(Path.GetTempPath());

    /// <summary>Only where it can be seen which processes work in a folder.</summary>
    internal static void RemoveAbandoned(string root)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var abandoned = Directory.EnumerateDirectories(root, $"{Beginning}{Here}-*").Where(folder => !IsRunning(MakerOf(folder))).ToList();
        if (abandoned.Count == 0)
            return;
        var inUse = WorkingDirectories();
        foreach (var folder in abandoned.Where(folder => !inUse.Any(path => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal))))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // another worker is at it, or it is another user's
            }
        }
    }

    private static int? MakerOf(string folder) =>
        Path.GetFileName(folder)[(Beginning.Length + Here.Length + 1)..].Split('-') is [var id, _] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var maker) ? maker : null;

    // A name that was not understood is left alone.
    private static bool IsRunning(int? processId) => processId is not { } id || Directory.Exists($"/proc/{id}");

    private static List<string> WorkingDirectories()
    {
        List<string> found = [];
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (new FileInfo(process + "/cwd").LinkTarget is { } path)
                    found.Add(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // it ended meanwhile, or is another user's, whose folders this one cannot remove either
            }
        }
        return found;
    }

    private static string ProcessNamespace() => OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? "" : "";
}
