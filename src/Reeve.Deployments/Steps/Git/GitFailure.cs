namespace Reeve.Deployments.Steps.Git;

/// <summary>What git's own words mean for the user.</summary>
internal static class GitFailure
{
    private static readonly string[] Boilerplate =
        ["Cloning into", "warning:", "fatal: Could not read from remote repository", "Please make sure you have the correct access rights", "and the repository exists"];

    /// <summary>Whether git says that what was asked for is not there, though the repository is.</summary>
    public static bool IsWrongRevision(string said) =>
        Says(said, "Remote branch") && Says(said, "not found") || Says(said, "couldn't find remote ref") || Says(said, "not our ref") || Says(said, "unadvertised object");

    /// <summary>Whether the fault is with the server or the way to it, so that the clone on disk is not to blame.</summary>
    public static bool IsRemote(string said) => Reason(said, hasCredential: false) is not null || IsWrongRevision(said);

    /// <summary>Whether the same may go well in a moment: a fault of the way, or a server that says it is busy.</summary>
    public static bool IsTransient(string said) =>
        !IsDiskFull(said) && (IsUnknownHost(said) || IsUnreachable(said) || IsBusy(said)
        || Says(said, "early EOF") || Says(said, "the remote end hung up unexpectedly") && !IsDenied(said) || Says(said, "Connection reset")
        || Says(said, "RPC failed") && !IsRefusal(said) || Says(said, "Empty reply from server") || Says(said, "unexpected disconnect"));

    public static bool IsDiskFull(string said) => Says(said, "No space left on device") || Says(said, "Disk quota exceeded") || Says(said, "not enough space on the disk");

    /// <summary>The reason in plain words, or null when git says something else.</summary>
    public static string? Reason(string said, bool hasCredential)
    {
        if (IsDiskFull(said))
            return "the disk is full; nothing of it was kept";
        if (Says(said, "REMOTE HOST IDENTIFICATION HAS CHANGED"))
            return "the server shows another ssh host key than the known one, as an impostor would; find out why before the known key is replaced";
        if (Says(said, "Host key verification failed") || Says(said, "host key is known for"))
            return "the server's ssh host key is not known here; add it to ~/.ssh/known_hosts (ssh-keyscan HOST prints it, compare it with what the host publishes), or give it as 'known_hosts' in the credentials";
        if (Says(said, "Permission denied (") || Says(said, "Too many authentication failures"))
            return hasCredential
                ? "the server refused the ssh key"
                : "the server wants an ssh key it knows and got none; load one into ssh-agent, or give 'ssh_private_key' in the credentials";
        if (Says(said, "error: 403"))
            return hasCredential ? "the server knows the credential and does not let it read this repository" : "the server does not let everybody read this repository (access_token or credentials)";
        if (IsDenied(said))
            return hasCredential
                ? "the server refused the credential"
                : "the server asks for a credential and none was given (access_token or credentials)";
        if (IsUnknownHost(said))
            return "the host is not known";
        if (IsUnreachable(said))
            return "the server cannot be reached";
        if (Says(said, "certificate") || Says(said, "SSL"))
            return "the server's certificate is not trusted; add its authority to this machine's, or name it in GIT_SSL_CAINFO";
        if (IsBusy(said))
            return "the server is busy or out of order";
        if (Says(said, "transport '") && Says(said, "not allowed"))
            return "an address in it, perhaps of a submodule, is of a kind that is not followed";
        if (Says(said, "not found") && Says(said, "repository") || Says(said, "error: 404"))
            return "the server knows no such repository" + (hasCredential ? ", or the credential may not read it" : ", or it is private and no credential was given");
        return Says(said, "does not exist") || Says(said, "does not appear to be a git repository") ? "there is no git repository at that place" : null;
    }

    /// <summary>The last lines of what git said, on one line, without what it says each time.</summary>
    public static string Words(string said)
    {
        string[] lines = [.. said.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        string[] telling = [.. lines.Where(line => !Boilerplate.Any(words => line.StartsWith(words, StringComparison.Ordinal)) && !line.Contains("objects: ", StringComparison.Ordinal))];
        return string.Join(" / ", (telling.Length > 0 ? telling : lines).TakeLast(3));
    }

    private static bool IsDenied(string said) =>
        Says(said, "Authentication failed") || Says(said, "could not read Username") || Says(said, "could not read Password") || Says(said, "error: 401") || Says(said, "error: 403")
        || Says(said, "Permission denied (") || Says(said, "Host key verification failed") || Says(said, "Too many authentication failures");

    private static bool IsUnknownHost(string said) => Says(said, "Could not resolve host") || Says(said, "Name or service not known") || Says(said, "Temporary failure in name resolution");

    private static bool IsUnreachable(string said) =>
        Says(said, "Failed to connect") || Says(said, "Connection refused") || Says(said, "Couldn't connect") || Says(said, "timed out") || Says(said, "Network is unreachable") || Says(said, "No route to host");

    private static bool IsBusy(string said) => Says(said, "error: 429") || Says(said, "error: 500") || Says(said, "error: 502") || Says(said, "error: 503") || Says(said, "error: 504");

    private static bool IsRefusal(string said) => Says(said, "HTTP 4") && !Says(said, "HTTP 429");

    private static bool Says(string said, string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);
}
