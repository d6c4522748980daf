namespace Reeve.Deployments.Entrypoints;

/// <summary>The Python beside this program, if there is one.</summary>
internal static class PythonClient
{
    /// <summary>The interpreter of the active virtual environment, else the first on PATH.</summary>
    public static string? FindInterpreter()
    {
        string[] names = OperatingSystem.IsWindows() ? ["python.exe"] : ["python3", "python"];
        List<string> folders = [];
        if (Environment.GetEnvironmentVariable("VIRTUAL_ENV") is { Length: > 0 } environment)
            folders.Add(Path.Combine(environment, OperatingSystem.IsWindows() ? "Scripts" : "bin"));
        folders.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
