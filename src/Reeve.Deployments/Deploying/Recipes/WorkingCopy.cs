using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps.Git;

namespace Reeve.Deployments.Deploying.Recipes;

/// <summary>What git says of a folder: where it is pushed to, which branch is checked out. No credential of the address is handed on.</summary>
public sealed record WorkingCopy(string Repository, string Branch)
{
    /// <summary>Null: the folder is no clone with a remote, or there is no git here.</summary>
    public static async Task<WorkingCopy?> FindAsync(string directory, CancellationToken ct)
    {
        var current = await AskAsync(directory, ct, "branch", "--show-current");
        // The branch's own remote where it has one; else origin, as a fresh branch has none yet.
        var remote = current is null ? null : await AskAsync(directory, ct, "config", "--get", $"branch.{current}.remote");
        var address = await AskAsync(directory, ct, "remote", "get-url", remote is null or "." ? "origin" : remote);
        return address is null ? null : Of(address, current ?? "main");
    }

    /// <summary>A repository that somebody names; null: git should not be given this address. A credential in it is not kept.</summary>
    public static WorkingCopy? Of(string repository, string branch)
    {
        try
        {
            return new WorkingCopy(GitRepository.Parse(repository).Address, branch);
        }
        catch (Steps.StepException)
        {
            return null;
        }
    }

    /// <summary>Whether the clone step would send a token there: https, or this machine itself.</summary>
    public bool TakesTokens => GitRepository.Parse(Repository).IsPrivateChannel;

    /// <summary>The steps that clone it, and go where the project's folder is inside of it.</summary>
    /// <param name="token">The placeholder of its token; null: it is public.</param>
    /// <param name="folder">The folder inside the clone that entrypoints count from.</param>
    public JsonArray Pull(string? token, string folder)
    {
        var inputs = new JsonObject { ["repository"] = Repository, ["branch"] = Branch, ["access_token"] = token };
        if (folder.Length > 0)
            inputs.Insert(0, "id", "clone");
        var pull = new JsonArray(new JsonObject { ["prefect.deployments.steps.git_clone"] = inputs });
        if (folder.Length > 0)
            pull.Add(ImageSteps.SetDirectory("{{ clone.directory }}/" + folder));
        return pull;
    }

    /// <summary>The folder inside the clone: "" at its root, else "sub/folder". Entrypoints count from the root of what workers clone.</summary>
    public static async Task<string> FolderInsideAsync(string directory, CancellationToken ct) =>
        (await AskAsync(directory, ct, "rev-parse", "--show-prefix") ?? "").TrimEnd('/');

    /// <summary>The https address of a repository that is named in the manner of ssh; null for any other.</summary>
    public static string? HttpsOf(string address)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return uri.Scheme == "ssh" ? $"https://{uri.Host}{uri.AbsolutePath}" : null;
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return colon > at + 1 && at > 0 && address.IndexOf('/', StringComparison.Ordinal) is var slash && (slash < 0 || slash > colon)
            ? $"https://{address[(at + 1)..colon]}/{address[(colon + 1)..].TrimStart('/')}"
            : null;
    }

    private static async Task<string?> AskAsync(string directory, CancellationToken ct, params IReadOnlyList<string> arguments)
    {
        try
        {
            var result = await new ChildCommand("git", arguments) { WorkingDirectory = directory }.RunAsync(ct);
            return result.ExitCode == 0 && result.StandardOutput.Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Steps.StepException)
        {
            return null; // no git here, so no clone either
        }
    }
}
