namespace Reeve.Deployments.Steps.Git;

/// <summary>Which state of a repository is asked for: a branch or tag, a commit, or neither, which is the repository's own default.</summary>
internal sealed record GitRevision(string? Branch, string? Commit)
{
    private const int FullLength = 40;

    private const int FullLengthSha256 = 64;

    /// <summary>What stands behind the repository's name in the folder's name; null for nothing.</summary>
    public string? Suffix => (Branch ?? Commit)?.Replace('/', '-');

    /// <summary>What a message calls it.</summary>
    public string Description => Branch is not null ? $"branch or tag '{Branch}'" : Commit is not null ? $"commit '{Commit}'" : "default branch";

    /// <exception cref="StepException">One of them could be something else than a name.</exception>
    public static GitRevision Parse(string? branch, string? commit)
    {
        branch = string.IsNullOrWhiteSpace(branch) ? null : branch.Trim();
        commit = string.IsNullOrWhiteSpace(commit) ? null : commit.Trim().ToLowerInvariant();
        if (branch is not null && commit is not null)
            throw new StepException("git_clone: give 'branch' or 'commit', not both; a commit is the same in every branch");
        if (branch is not null && !IsName(branch))
            throw new StepException($"git_clone: '{branch}' is not the name of a branch or tag");
        if (commit is not null && !commit.All(char.IsAsciiHexDigitLower))
            throw new StepException($"git_clone: '{commit}' is not a commit; give its hexadecimal digits, or 'branch' for the name of a branch or tag");
        if (commit is not null && commit.Length is not (FullLength or FullLengthSha256))
            throw new StepException($"git_clone: the commit '{commit}' is not whole; servers find a commit by all of its {FullLength} digits (git rev-parse {commit} prints them)");
        return new GitRevision(branch, commit);
    }

    // The rules of git check-ref-format, as far as they keep a name from being read as something else.
    private static bool IsName(string name) =>
        !name.StartsWith('-') && !name.StartsWith('/') && !name.EndsWith('/') && !name.EndsWith(".lock", StringComparison.Ordinal) && !name.EndsWith('.')
        && !name.Contains("..", StringComparison.Ordinal) && !name.Contains("//", StringComparison.Ordinal) && !name.Contains("@{", StringComparison.Ordinal)
        && !name.Split('/').Any(part => part.StartsWith('.'))
        && !name.Any(c => char.IsControl(c) || c is ' ' or '\\' or ':' or '~' or '^' or '?' or '*' or '[');
}

/// <summary>A revision as the server has it now: the reference to fetch and the object it names.</summary>
/// <param name="Reference">"refs/heads/main", "refs/tags/v1", "HEAD", or the commit itself.</param>
internal sealed record GitTarget(string Reference, string Object)
{
    /// <summary>The branch a clone stands on; null for tags, commits and a detached HEAD.</summary>
    public string? LocalBranch => Reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? Reference["refs/heads/".Length..] : null;
}
