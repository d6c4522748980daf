using System.Text.RegularExpressions;

namespace Reeve.Deployments.Entrypoints;

/// <summary>Which files of a folder have flows in them, by a look at their text.</summary>
internal static partial class FlowSourceSurvey
{
    private const long LargestSource = 1024 * 1024;

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase) { "bin", "obj", "node_modules", "venv", "__pycache__", "site-packages" };

    /// <summary>A Python flow's file and a C# flow's file, or null where there is none.</summary>
    public static async Task<(string? Python, string? CSharp)> OfAsync(string folder, CancellationToken ct)
    {
        string? python = null;
        string? csharp = null;
        foreach (var file in Files(new DirectoryInfo(folder)))
        {
            if (file.Extension == ".py" && python is null && PythonFlow().IsMatch(await File.ReadAllTextAsync(file.FullName, ct)))
                python = Path.GetRelativePath(folder, file.FullName);
            if (file.Extension == ".cs" && csharp is null && CSharpFlow().IsMatch(await File.ReadAllTextAsync(file.FullName, ct)))
                csharp = Path.GetRelativePath(folder, file.FullName);
        }
        return (python, csharp);
    }

    /// <summary>What can be built: projects with flows in them, and files with flows that are in no project. Programs that only register deployments are not.</summary>
    public static async Task<IReadOnlyList<string>> ProgramsAsync(string folder, CancellationToken ct)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (var file in Files(new DirectoryInfo(folder)))
        {
            if (file.Extension != ".cs" || !CSharpFlow().IsMatch(await File.ReadAllTextAsync(file.FullName, ct)))
                continue;
            found.Add(Path.GetRelativePath(folder, ProjectOf(file, folder) ?? file.FullName));
        }
        return [.. found];
    }

    private static string? ProjectOf(FileInfo file, string root)
    {
        for (var above = file.Directory; above is not null; above = above.Parent)
        {
            if (above.EnumerateFiles("*.csproj").FirstOrDefault() is { } project)
                return project.FullName;
            if (Path.GetRelativePath(root, above.FullName) == ".")
                return null;
        }
        return null;
    }

    private static IEnumerable<FileInfo> Files(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry is FileInfo { LinkTarget: null, Extension: ".py" or ".cs", Length: > 0 and < LargestSource } file)
                yield return file;
            else if (entry is DirectoryInfo { LinkTarget: null } inner && !inner.Name.StartsWith('.') && !Skipped.Contains(inner.Name))
            {
                foreach (var nested in Files(inner))
                    yield return nested;
            }
        }
    }

    [GeneratedRegex(@"^\s*@(?:\w+\.)?flow\b", RegexOptions.Multiline)]
    private static partial Regex PythonFlow();

    [GeneratedRegex(@"^\s*\[(?:Reeve\.)?Flow(?:Attribute)?\s*[\](,]", RegexOptions.Multiline)]
    private static partial Regex CSharpFlow();
}
