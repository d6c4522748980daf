namespace Reeve.Deployments.Steps.Git;

/// <summary>What git's own words mean for the user.</summary>
internal static class GitFailure
{
    /// <summary>Whether git says that the branch is not there.</summary>
    public static bool IsWrongBranch(string said) =>
        Says(said, "Remote branch") && Says(said, "not found") || Says(said, "couldn't find remote ref");

    /// <summary>Whether the fault is with the server or the way to it, so that the clone on disk is not to blame.</summary>
    public static bool IsRemote(string said) => Reason(said, hasCredential: false) is not null || IsWrongBranch(said);

    /// <summary>The reason in plain words, or null when git says something else.</summary>
    public static string? Reason(string said, bool hasCredential)
    {
        if (Says(said, "Authentication failed") || Says(said, "could not read Username") || Says(said, "could not read Password")
            || Says(said, "error: 401") || Says(said, "error: 403") || Says(said, "Permission denied (") || Says(said, "Host key verification failed"))
            return hasCredential
                ? "the server refused the credential"
                : "the server asks for a credential and none was given (access_token or credentials)";
        if (Says(said, "Could not resolve host") || Says(said, "Name or service not known"))
            return "the host is not known";
        if (Says(said, "Failed to connect") || Says(said, "Connection refused") || Says(said, "Couldn't connect") || Says(said, "timed out"))
            return "the server cannot be reached";
        if (Says(said, "certificate") || Says(said, "SSL"))
            return "the server's certificate is not trusted";
        if (Says(said, "not found") && Says(said, "repository") || Says(said, "error: 404"))
            return "the server knows no such repository" + (hasCredential ? ", or the credential may not read it" : ", or it is private and no credential was given");
        return Says(said, "does not exist") || Says(said, "does not appear to be a git repository") ? "there is no git repository at that place" : null;
    }

    /// <summary>The last lines of what git said, on one line.</summary>
    public static string Words(string said) => string.Join(" / ", said
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(line => !line.StartsWith("Cloning into", StringComparison.Ordinal) && !line.StartsWith("warning:", StringComparison.Ordinal))
        .TakeLast(3));

    private static bool Says(string said, string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);
}
