using System.Text.Json.Nodes;

namespace Reeve.Deployments.Steps.Git;

/// <summary>
/// A private key for ssh, given by a credentials block. It lies in a file that only this user reads and only while git runs. Whose host key is not
/// known is not spoken to: the known hosts come with the credentials or are this user's own.
/// </summary>
internal sealed class SshIdentity : IDisposable
{
    public static IReadOnlyList<string> KeyFields { get; } = ["ssh_private_key", "private_key", "ssh_key"];

    private readonly string _folder;

    private SshIdentity(string folder, string options)
    {
        _folder = folder;
        Options = options;
    }

    /// <summary>What is added to the command line of ssh; begins with a blank.</summary>
    public string Options { get; }

    /// <summary>Whether the block holds a key or known hosts for ssh.</summary>
    public static bool IsIn(JsonObject block) => KeyFields.Append("known_hosts").Any(field => TextOf(block, field) is not null);

    /// <exception cref="StepException">The key is not one, or is locked by a passphrase.</exception>
    public static SshIdentity Write(JsonObject block)
    {
        var key = KeyFields.Select(field => TextOf(block, field)).FirstOrDefault(text => text is not null);
        if (key is not null && !key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new StepException("git_clone: the ssh key in the credentials is not a private key; it begins with '-----BEGIN OPENSSH PRIVATE KEY-----' or the like, line breaks included");
        if (key is not null && key.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new StepException("git_clone: the ssh key in the credentials is locked by a passphrase; give a key without one, or load it into ssh-agent and leave it out here");
        var folder = Directory.CreateTempSubdirectory("reeve-ssh-").FullName;
        var options = "";
        if (key is not null)
            options += $" -i {Quoted(WriteFile(folder, "key", key))} -o IdentitiesOnly=yes";
        if (TextOf(block, "known_hosts") is { } hosts)
            options += $" -o UserKnownHostsFile={Quoted(WriteFile(folder, "known_hosts", hosts))} -o GlobalKnownHostsFile=/dev/null";
        return new SshIdentity(folder, options + " -o StrictHostKeyChecking=yes");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string WriteFile(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // ssh takes no key that others may read
        using var writer = new StreamWriter(path, options);
        writer.Write(text.ReplaceLineEndings("\n").Trim() + "\n");
        return path;
    }

    // git gives the command to a shell.
    private static string Quoted(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string? TextOf(JsonObject block, string field) => block[field] switch
    {
        JsonValue value when value.ToString() is { Length: > 0 } text => text,
        JsonObject nested when nested["value"]?.ToString() is { Length: > 0 } text => text,
        _ => null,
    };
}
