using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Reeve.Deployments.Ignoring;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Planning;

/// <summary>What a project's folder holds: a hash over the files that are not ignored, and the commit they stand at.</summary>
internal static class ProjectContent
{
    private static readonly HashSet<string> NeverContent = new(StringComparer.Ordinal)
        { ".git", "bin", "obj", "node_modules", "__pycache__", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".idea", ".vs" };

    /// <summary>The same for the same names and bytes, wherever the folder lies. Project files do not count: what they say of steps is hashed by itself.</summary>
    public static async Task<string> HashAsync(string directory, string projectFile, CancellationToken ct)
    {
        HashSet<string> projectFiles = [.. ProjectReader.FileNames, Path.GetFileName(projectFile)];
        var ignored = IgnoreRules.Read(directory, null);
        var files = (await ListAsync(directory, ct)).Where(file => !projectFiles.Contains(file) && !ignored.Explain(file, isFolder: false).IsIgnored);
        var hashes = new ConcurrentDictionary<string, byte[]>();
        await Parallel.ForEachAsync(files, ct, async (file, stop) =>
        {
            var path = Path.Combine(directory, file);
            var info = new FileInfo(path);
            if (info.LinkTarget is { } target)
                hashes[file] = SHA256.HashData(Encoding.UTF8.GetBytes("-> " + target)); // where it leads may be anywhere
            else if (info.Exists)
            {
                await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
                hashes[file] = await SHA256.HashDataAsync(stream, stop);
            }
        });
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, hash) in hashes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            all.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
            all.AppendData(hash);
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>The commit of a checkout and whether files differ from it; null where there is none.</summary>
    public static async Task<(string Commit, bool IsChanged)?> CommitAsync(string directory, CancellationToken ct)
    {
        var head = GitAsync(directory, ct, "rev-parse", "HEAD");
        var status = GitAsync(directory, ct, "status", "--porcelain", "--", ".");
        return await head is { } commit ? (commit.Trim(), await status is { Length: > 0 }) : null;
    }

    // git knows best what is a project's own; elsewhere, what no project ships is left out.
    private static async Task<List<string>> ListAsync(string directory, CancellationToken ct) =>
        await GitAsync(directory, ct, "ls-files", "-z", "--cached", "--others", "--exclude-standard") is { Length: > 0 } listed
            ? [.. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim('\n')).Where(name => name.Length > 0)]
            : [.. Walk(directory, "")];

    private static IEnumerable<string> Walk(string root, string below)
    {
        var folder = new DirectoryInfo(Path.Combine(root, below));
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var name = Path.Combine(below, entry.Name);
            if (entry is not DirectoryInfo || entry.LinkTarget is not null)
                yield return name;
            else if (!NeverContent.Contains(entry.Name))
                foreach (var inner in Walk(root, name))
                    yield return inner;
        }
    }

    private static async Task<string?> GitAsync(string directory, CancellationToken ct, params string[] arguments)
    {
        try
        {
            var answer = await new ChildCommand("git", arguments) { WorkingDirectory = directory, Environment = new Dictionary<string, string?> { ["GIT_OPTIONAL_LOCKS"] = "0" } }.RunAsync(ct);
            return answer.ExitCode == 0 ? answer.StandardOutput : null;
        }
        catch (StepException)
        {
            return null; // no git on this machine
        }
    }
}
