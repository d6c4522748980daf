namespace Reeve.Workers.Process;

/// <summary>Finds programs as a shell would.</summary>
internal static class Programs
{
    /// <param name="name">The program's name.</param>
    /// <param name="path">Another PATH than this process's.</param>
    public static string? OnPath(string name, string? path = null) =>
        (path ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => OperatingSystem.IsWindows() ? [Path.Combine(folder, name), Path.Combine(folder, name + ".exe")] : (string[])[Path.Combine(folder, name)])
            .FirstOrDefault(File.Exists);
}
