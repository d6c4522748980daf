namespace Reeve.Deployments.Entrypoints;

/// <summary>Finds the flows of a folder by the look of its files, without building or running anything.</summary>
public static class FlowSearch
{
    // Where nobody keeps flows, and much else lies.
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "bin", "obj", "node_modules", "__pycache__", "venv", "env", "site-packages", "dist", "build", "TestResults", "packages", "artifacts",
    };

    // A folder may be a home or a disk; a search that somebody waits for ends.
    private const int MostFiles = 20_000;
    private const int MostFlows = 500;
    private const int LongestFile = 2_000_000;

    /// <summary>The flows, sorted by their entrypoints. Links are not followed.</summary>
    public static async Task<IReadOnlyList<FoundFlow>> FindAsync(string directory, CancellationToken ct)
    {
        List<(string File, string? Project)> files = [];
        Walk(new DirectoryInfo(directory), null, files, ct);
        List<FoundFlow> flows = [];
        foreach (var (file, project) in files)
        {
            if (flows.Count >= MostFlows)
                break;
            string text;
            try
            {
                text = await File.ReadAllTextAsync(file, ct);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // gone or closed to us: not offered
            }
            var path = Path.GetRelativePath(directory, project ?? file).Replace('\\', '/');
            if (file.EndsWith(".py", StringComparison.OrdinalIgnoreCase))
                flows.AddRange(text.Contains("flow", StringComparison.Ordinal) ? PythonSource.Flows(text).Select(flow => new FoundFlow(path, flow.Method, "", flow.Name)) : []);
            else
                flows.AddRange(CSharpSource.Flows(text).Select(flow => new FoundFlow(path, flow.Method, flow.Type, flow.FlowName)));
        }
        return [.. Distinct(flows).OrderBy(flow => flow.Entrypoint, StringComparer.Ordinal)];
    }

    // Where two methods of one program are called the same, the type goes before the name.
    private static IEnumerable<FoundFlow> Distinct(List<FoundFlow> flows) => flows.GroupBy(flow => (flow.Path, flow.Member))
        .SelectMany(group => group.Count() == 1 ? group : group.DistinctBy(flow => flow.Type).Select(flow => flow.Type.Length == 0 ? flow : flow with { Member = $"{flow.Type}.{flow.Member}" }));

    private static void Walk(DirectoryInfo folder, string? project, List<(string, string?)> files, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
        project = entries.Where(entry => entry.Name.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase)).Select(entry => entry.FullName).Order(StringComparer.Ordinal).FirstOrDefault() ?? project;
        foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (files.Count >= MostFiles)
                return;
            if (entry.LinkTarget is not null || entry.Name.StartsWith('.'))
                continue;
            if (entry is DirectoryInfo inner && !Skipped.Contains(inner.Name))
                Walk(inner, project, files, ct);
            else if (entry is FileInfo { Length: < LongestFile } file)
            {
                if (file.Extension.Equals(".cs", StringComparison.OrdinalIgnoreCase))
                    files.Add((file.FullName, project));
                else if (file.Extension.Equals(".py", StringComparison.OrdinalIgnoreCase))
                    files.Add((file.FullName, null));
            }
        }
    }
}

/// <summary>A flow that was found.</summary>
/// <param name="Path">The file, or the project that it is part of; relative to the folder that was searched.</param>
/// <param name="FlowName">The flow's name, as far as the text tells it.</param>
public sealed record FoundFlow(string Path, string Member, string Type, string FlowName)
{
    public string Entrypoint => $"{Path}:{Member}";
}
