using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>Symbolic links of a clone that lead out of it. They are what the repository says, and whoever runs its code should know.</summary>
internal static class GitLinks
{
    private const string LinkMode = "120000 ";

    /// <param name="listed">The answer of <c>git ls-files -s -z</c>.</param>
    public static void Warn(CommandResult listed, string root, StepContext context)
    {
        foreach (var entry in listed.StandardOutput.Split('\0').Where(entry => entry.StartsWith(LinkMode, StringComparison.Ordinal) && entry.Contains('\t', StringComparison.Ordinal)))
        {
            var name = entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..];
            var link = new FileInfo(Path.Combine(root, name));
            if (link.LinkTarget is not { } to)
                continue; // not checked out, or a system without links
            var end = Path.GetFullPath(to, link.DirectoryName!);
            if (end != root && !end.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                context.Log(LineLevel.Warning, $"git_clone: '{name}' is a symbolic link that leaves the repository: it leads to '{to}'");
        }
    }
}
