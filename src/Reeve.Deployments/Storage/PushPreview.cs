using Reeve.Deployments.Ignoring;

namespace Reeve.Deployments.Storage;

/// <summary>What a push of a folder would take along, and why not the rest: the same reading that the push itself does.</summary>
public sealed class PushPreview
{
    private readonly string _folder;
    private readonly FolderListing _listing;
    private readonly IgnoreRules _rules;

    private PushPreview(string folder, FolderListing listing, IgnoreRules rules) => (_folder, _listing, _rules) = (folder, listing, rules);

    /// <summary>Paths below the folder, with their sizes in bytes.</summary>
    public IEnumerable<(string Path, long Size)> Files => _listing.Files.Select(file => (file.Name, file.Size));

    /// <summary>What the ignore files take out, folders with a '/' behind, and the line that does it: ".prefectignore:3: *.pyc".</summary>
    public IEnumerable<(string Path, string Because)> Ignored => _listing.Ignored.Select(entry => (entry.Path, Words(entry.Because)));

    /// <summary>Links that leave the folder, pipes and the like, which are left out as well.</summary>
    public IReadOnlyList<string> Warnings => _listing.Warnings;

    /// <summary>"3 files (12 kB)".</summary>
    public string Summary => $"{TransferProgress.Count(_listing.Files.Count)} ({TransferProgress.Size(_listing.Files.Sum(file => file.Size))})";

    /// <exception cref="FileNotFoundException">The ignore file that was named is not in the folder.</exception>
    public static PushPreview Read(string folder, string? ignoreFile) =>
        new(Path.GetFullPath(folder), FolderListing.Read(folder, ignoreFile), IgnoreRules.Read(Path.GetFullPath(folder), ignoreFile));

    /// <summary>A number of bytes for people.</summary>
    public static string Size(long bytes) => TransferProgress.Size(bytes);

    /// <summary>Whether the path would be pushed, and the line that decides it. A path with a '/' behind is a folder; it need not exist.</summary>
    public string Explain(string path)
    {
        var whole = Path.GetFullPath(path, _folder);
        if (!whole.StartsWith(Path.TrimEndingDirectorySeparator(_folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return $"'{path}' is not below '{_folder}'";
        var name = Path.TrimEndingDirectorySeparator(Path.GetRelativePath(_folder, whole)).Replace(Path.DirectorySeparatorChar, '/');
        var isFolder = path.EndsWith('/') || (Directory.Exists(whole) && new DirectoryInfo(whole).LinkTarget is null);
        var verdict = _rules.Explain(name, isFolder);
        if (_listing.Warnings.FirstOrDefault(warning => warning.StartsWith($"'{name}' ", StringComparison.Ordinal)) is { } warning && !verdict.IsIgnored)
            return warning;
        var what = isFolder ? name + "/" : name;
        return verdict switch
        {
            { IsIgnored: true, Through: { } folder } => $"'{what}' is ignored, because its folder '{folder}/' is: {Words(verdict.Because!)}. Nothing below an ignored folder can be taken back",
            { IsIgnored: true } => $"'{what}' is ignored: {Words(verdict.Because!)}",
            { Because: { } because } => $"'{what}' is pushed: {Words(because)} takes it back",
            _ => $"'{what}' is pushed: no line of an ignore file speaks of it",
        };
    }

    private static string Words(IgnorePattern pattern) => $"{pattern.File}:{pattern.Line}: {pattern.Text}";
}
