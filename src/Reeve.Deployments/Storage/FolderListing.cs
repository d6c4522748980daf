using Reeve.Deployments.Ignoring;

namespace Reeve.Deployments.Storage;

/// <summary>
/// The files of a folder that are pushed: all that the ignore files leave. A link is what it points to, as long as that lies in the folder; one
/// that leads out of it, or round in a circle, is left out with a warning, so that no secret of the machine gets into a bucket by accident.
/// </summary>
internal sealed class FolderListing
{
    private readonly string _root;
    private readonly IgnoreRules _rules;

    private FolderListing(string root, IgnoreRules rules) => (_root, _rules) = (root, rules);

    public List<LocalFile> Files { get; } = [];

    /// <summary>Paths the ignore files took out, folders with a '/' behind, each with the line that did it.</summary>
    public List<(string Path, IgnorePattern Because)> Ignored { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <exception cref="FileNotFoundException">The ignore file that was named is not there.</exception>
    public static FolderListing Read(string folder, string? ignoreFile)
    {
        var root = RealPath(new DirectoryInfo(folder)) ?? Path.GetFullPath(folder);
        var listing = new FolderListing(root, IgnoreRules.Read(root, ignoreFile));
        listing.Walk(new DirectoryInfo(root), "", [root]);
        listing.Files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return listing;
    }

    /// <summary>Every file of the folder, whatever ignore files lie in it.</summary>
    public static FolderListing ReadAll(string folder)
    {
        var root = RealPath(new DirectoryInfo(folder)) ?? Path.GetFullPath(folder);
        var listing = new FolderListing(root, IgnoreRules.None);
        listing.Walk(new DirectoryInfo(root), "", [root]);
        return listing;
    }

    private void Walk(DirectoryInfo folder, string prefix, IReadOnlyList<string> above)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var name = prefix + entry.Name;
            var isLink = entry.LinkTarget is not null;
            var target = isLink ? Target(entry) : entry;
            // To git a link is no folder, whatever it points to.
            if (_rules.Judge(name, entry is DirectoryInfo && !isLink) is { IsIgnored: true, Because: { } because })
                Ignored.Add((entry is DirectoryInfo && !isLink ? name + "/" : name, because));
            else if (target is null)
                Warnings.Add($"'{name}' is a link that points to nothing; it is left out");
            else if (isLink && !IsInside(target.FullName))
                Warnings.Add($"'{name}' is a link that leaves the folder; it is left out");
            else if (target is DirectoryInfo inner)
            {
                if (isLink && above.Contains(target.FullName))
                    Warnings.Add($"'{name}' is a link to a folder it lies in; it is left out");
                else
                    Walk(inner, name + "/", [.. above, target.FullName]);
            }
            else if (target is FileInfo file && (file.Length > 0 || FileKind.IsPlain(file.FullName))) // pipes and their like have no length
                Files.Add(new LocalFile(file.FullName, name, file.Length, IsExecutable(file)));
            else
                Warnings.Add($"'{name}' is not a plain file (a socket, a pipe or a device); it is left out");
        }
    }

    private bool IsInside(string path) => path == _root || path.StartsWith(_root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static FileSystemInfo? Target(FileSystemInfo link)
    {
        try
        {
            if (link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } target)
                return null;
            // The target may lie behind a link itself: only its real place says whether it is inside.
            return RealPath(target) is { } real && real != target.FullName ? (target is DirectoryInfo ? new DirectoryInfo(real) : new FileInfo(real)) : target;
        }
        catch (IOException)
        {
            return null; // a circle of links
        }
    }

    private static string? RealPath(FileSystemInfo entry)
    {
        var path = Path.GetPathRoot(entry.FullName)!;
        foreach (var part in entry.FullName[path.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(path, part));
            path = next.LinkTarget is null ? next.FullName : next.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next.FullName;
        }
        return path;
    }

    private static bool IsExecutable(FileInfo file) => !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
}
