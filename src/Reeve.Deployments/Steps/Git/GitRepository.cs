using System.Net;

namespace Reeve.Deployments.Steps.Git;

/// <summary>A repository's address as the user wrote it, with any credential taken out of it.</summary>
internal sealed record GitRepository
{
    /// <summary>The address without a credential: the one that is shown, stored and given to git.</summary>
    public required string Address { get; init; }

    public required string Name { get; init; }

    /// <summary>Scheme, host and port of an http(s) address, with a slash at the end; null for ssh, file and local paths.</summary>
    public Uri? WebRoot { get; init; }

    /// <summary>The credential that stood in the address.</summary>
    public GitCredential? Embedded { get; init; }

    /// <summary>Whether what is sent there cannot be read on the way: https, or this machine itself.</summary>
    public bool IsPrivateChannel => WebRoot is { } root && (root.Scheme == Uri.UriSchemeHttps || IsLoopback(root));

    /// <summary>Whether it is on this machine: a path or a file:// address.</summary>
    public bool IsLocal { get; init; }

    public bool IsSsh { get; init; }

    /// <exception cref="StepException">It is not an address git should be given.</exception>
    public static GitRepository Parse(string text)
    {
        var address = text.Trim();
        if (address.StartsWith('-'))
            throw new StepException("git_clone: a repository cannot begin with '-'");
        if (address.Any(char.IsControl))
            throw new StepException("git_clone: the repository's address has a line break or another control character in it");
        if (address.Contains("::", StringComparison.Ordinal) && !address.Contains("://", StringComparison.Ordinal))
            throw new StepException("git_clone: addresses of the form '<helper>::<address>' run programs and are not accepted");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return OtherKind(address);

        var clean = new UriBuilder(uri) { UserName = "", Password = "" };
        return new GitRepository
        {
            // Only an address that held a credential is written anew; any other stays letter for letter.
            Address = uri.UserInfo.Length == 0 ? address : clean.Uri.AbsoluteUri,
            Name = NameOf(uri.AbsolutePath),
            WebRoot = new Uri(uri.GetLeftPart(UriPartial.Scheme) + uri.Authority + "/"),
            Embedded = uri.UserInfo.Length == 0 ? null : GitCredential.FromPair(Uri.UnescapeDataString(uri.UserInfo)),
        };
    }

    /// <summary>The same, a path made whole: git is run in several folders.</summary>
    public GitRepository From(string directory) =>
        IsLocal && !Address.Contains("://", StringComparison.Ordinal) ? this with { Address = Path.GetFullPath(Address, directory) } : this;

    // ssh://[user@]host/path, [user@]host:path, git://, file:// or a path.
    private static GitRepository OtherKind(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && address[..scheme] is not ("ssh" or "git" or "file" or "git+ssh" or "ssh+git"))
            throw new StepException($"git_clone: '{address[..scheme]}' is not a kind of address repositories are cloned from; use https or ssh");
        // "host:path", but neither "./a:b" nor "C:\a".
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var isShort = scheme < 0 && colon > 1 && !address[..colon].Contains('/', StringComparison.Ordinal) && !address[..colon].Contains('\\', StringComparison.Ordinal);
        var host = scheme > 0 ? address[(scheme + 3)..].Split('/')[0] : isShort ? address[..colon] : "";
        if (host[(host.LastIndexOf('@') + 1)..].StartsWith('-') || host.StartsWith('-'))
            throw new StepException("git_clone: the name of a host cannot begin with '-'");
        if (scheme > 0 && host.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && host[..at].Contains(':', StringComparison.Ordinal))
            throw new StepException("git_clone: a password in an address is of no use outside of https, and would be written to disk; take it out and give a key by 'credentials'");
        return new GitRepository
        {
            Address = address,
            Name = NameOf(address),
            IsSsh = isShort || scheme > 0 && address[..scheme].Contains("ssh", StringComparison.Ordinal),
            IsLocal = scheme < 0 && !isShort || scheme > 0 && address[..scheme] == "file",
        };
    }

    /// <summary>Whether two addresses are the same repository.</summary>
    public static bool Same(string one, string other) => Comparable(one) == Comparable(other);

    /// <summary>The address as it is the same for all its spellings.</summary>
    public static string Comparable(string address)
    {
        var text = Parse(address).Address.TrimEnd('/');
        return text.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? text[..^4] : text;
    }

    private static string NameOf(string path)
    {
        var name = path.TrimEnd('/').Split('/', '\\', ':')[^1];
        if (name.EndsWith(".git", StringComparison.OrdinalIgnoreCase))
            name = name[..^4];
        return name is "" or "." or ".." ? throw new StepException("git_clone: the repository's address does not end in a name") : name;
    }

    private static bool IsLoopback(Uri root) =>
        root.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(root.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
