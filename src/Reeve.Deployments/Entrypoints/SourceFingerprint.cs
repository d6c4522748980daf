using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Reeve.Deployments.Entrypoints;

/// <summary>
/// A hash over everything a build of an entrypoint reads: its sources, the projects it refers to, and the build files above it. Two
/// checkouts of the same commit have the same one.
/// </summary>
internal sealed partial class SourceFingerprint
{
    private static readonly HashSet<string> SkippedFolders = new(StringComparer.OrdinalIgnoreCase) { "bin", "obj", "node_modules" };

    private static readonly string[] FilesAbove =
        ["Directory.Build.props", "Directory.Build.targets", "Directory.Build.rsp", "Directory.Packages.props", "global.json", "nuget.config", "NuGet.config", "NuGet.Config"];

    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly string _root;

    private SourceFingerprint(string root) => _root = root;

    /// <param name="path">The .cs file or project.</param>
    /// <param name="circumstances">What else decides the outcome: versions of compiler and package.</param>
    public static async Task<string> OfAsync(string path, IEnumerable<string> circumstances, CancellationToken ct)
    {
        var fingerprint = new SourceFingerprint(Path.GetDirectoryName(path)!);
        if (path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
            await fingerprint.AddFileBasedAsync(path, ct);
        else
            fingerprint.AddProject(path);
        fingerprint.AddAbove(fingerprint._root);
        return await fingerprint.HashAsync(Path.GetFileName(path), circumstances, ct);
    }

    private async Task<string> HashAsync(string name, IEnumerable<string> circumstances, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Append(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length)); // a length before each part: no two lists of parts read alike
            hash.AppendData(bytes);
        }
        foreach (var circumstance in circumstances.Prepend(name))
            Append(circumstance);
        foreach (var (relative, path) in _files)
        {
            Append(relative);
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            hash.AppendData(await SHA256.HashDataAsync(stream, ct));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void Add(string path) => _files.TryAdd(Path.GetRelativePath(_root, path), path);

    // A file-based program is its file, what its directives name, and nothing of the folder around it.
    private async Task AddFileBasedAsync(string path, CancellationToken ct)
    {
        Add(path);
        foreach (Match directive in Directive().Matches(await File.ReadAllTextAsync(path, ct)))
        {
            var named = Path.GetFullPath(directive.Groups["value"].Value, Path.GetDirectoryName(path)!);
            if (directive.Groups["kind"].Value == "project")
                AddProjectOrFolder(named);
            else if (File.Exists(named) && !_files.ContainsValue(named))
                await AddFileBasedAsync(named, ct); // #:include and its like
        }
    }

    private void AddProjectOrFolder(string path)
    {
        if (File.Exists(path))
            AddProject(path);
        else if (Directory.Exists(path) && Directory.EnumerateFiles(path, "*.*proj").FirstOrDefault() is { } project)
            AddProject(project);
    }

    private void AddProject(string path)
    {
        if (_files.ContainsValue(path))
            return;
        Add(path);
        var folder = Path.GetDirectoryName(path)!;
        AddFolder(folder);
        if (!folder.StartsWith(_root, StringComparison.Ordinal))
            AddAbove(folder);
        foreach (var reference in References(path))
            AddProjectOrFolder(Path.GetFullPath(reference.Replace('\\', Path.DirectorySeparatorChar), folder));
    }

    private static IEnumerable<string> References(string project)
    {
        try
        {
            return XDocument.Load(project).Descendants()
                .Where(element => element.Name.LocalName is "ProjectReference" or "Compile" or "EmbeddedResource" or "Content" or "Import")
                .Select(element => (string?)element.Attribute("Include") ?? (string?)element.Attribute("Project"))
                .Where(value => value is not null && !value.Contains('$', StringComparison.Ordinal) && !value.Contains('*', StringComparison.Ordinal))!;
        }
        catch (XmlException)
        {
            return []; // the build will say what is wrong with it
        }
    }

    private void AddFolder(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
            Add(file);
        foreach (var inner in new DirectoryInfo(folder).EnumerateDirectories())
        {
            var isLink = inner.LinkTarget is not null; // a link can lead anywhere, back here too
            if (!isLink && !inner.Name.StartsWith('.') && !SkippedFolders.Contains(inner.Name))
                AddFolder(inner.FullName);
        }
    }

    private void AddAbove(string folder)
    {
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
            foreach (var name in FilesAbove)
                if (File.Exists(Path.Combine(above.FullName, name)))
                    Add(Path.Combine(above.FullName, name));
    }

    [GeneratedRegex(@"^#:(?<kind>[a-z]+)\s+(?<value>\S.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
