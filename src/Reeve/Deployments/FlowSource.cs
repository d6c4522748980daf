namespace Reeve.Deployments;

/// <summary>Code that lies outside of this program: a git repository or a folder.</summary>
internal sealed record FlowSource(string Location, bool IsGit, string File, string Method, string? Branch, string? Credentials)
{
    public string Entrypoint => $"{File}:{Method}";

    public static FlowSource Of(string source, string entrypoint, string? branch, string? credentials)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(entrypoint);
        var colon = entrypoint.LastIndexOf(':');
        if (colon <= 0 || colon == entrypoint.Length - 1)
            throw new ArgumentException($"'{entrypoint}' is no entrypoint: expected <file>:<method>, such as flows/etl.cs:Etl", nameof(entrypoint));
        var isGit = source.Contains("://", StringComparison.Ordinal) || source.StartsWith("git@", StringComparison.Ordinal) || source.EndsWith(".git", StringComparison.Ordinal);
        if (Uri.TryCreate(source, UriKind.Absolute, out var address) && address.UserInfo.Length > 0 && address.Scheme is "http" or "https")
            throw new ArgumentException("The address has a name or token in it, which the server would keep in clear. Put it in a block and name that: credentials: \"{{ prefect.blocks.… }}\"", nameof(source));
        if (credentials is not null && !credentials.TrimStart().StartsWith("{{", StringComparison.Ordinal))
            throw new ArgumentException("credentials is to name a block, \"{{ prefect.blocks.github-credentials.ci }}\"; what stands here would be kept in clear", nameof(credentials));
        if (!isGit && !Directory.Exists(source))
            throw new ArgumentException($"There is no folder '{source}'", nameof(source));
        return new FlowSource(isGit ? source : Path.GetFullPath(source), isGit, entrypoint[..colon], entrypoint[(colon + 1)..], branch, credentials);
    }
}
