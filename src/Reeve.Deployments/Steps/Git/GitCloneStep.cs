using System.Text.Json.Nodes;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>Clones a repository below the working directory, or brings a clone that is already there up to date.</summary>
internal sealed class GitCloneStep : IStep
{
    public StepSignature Signature { get; } = new("git_clone",
    [
        new("repository", StepInputKind.Text, Required: true),
        new("branch", StepInputKind.Text),
        new("commit", StepInputKind.Text),
        new("commit_sha", StepInputKind.Text),
        new("directories", StepInputKind.List),
        new("include_submodules", StepInputKind.Flag),
        new("access_token", StepInputKind.Text),
        new("credentials", StepInputKind.Any),
    ], ["directory"])
    { OldNames = ["git_clone_project"] };

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var repository = GitRepository.Parse(inputs.RequiredText("repository")).From(context.WorkingDirectory);
        var revision = GitRevision.Parse(inputs.Text("branch"), inputs.Text("commit") ?? inputs.Text("commit_sha"));
        var contents = new GitContents(inputs.Flag("include_submodules", false), Directories(inputs.Texts("directories")));
        using var identity = Identity(inputs["credentials"], repository, context);
        var credential = identity is null ? Credential(inputs, repository, context) : null;
        var destination = revision.Suffix is { } suffix ? $"{repository.Name}-{suffix}" : repository.Name;

        var git = new GitClient(repository, credential, identity, context);
        await git.RequireGitAsync(ct);
        var mirror = repository.IsLocal ? null : new GitMirror(repository, git, context);
        await new GitCheckout(git, mirror, context, repository, revision, contents, credential is not null || identity is not null).RunAsync(destination, ct);
        return new JsonObject { ["directory"] = destination };
    }

    private static string[] Directories(IReadOnlyList<string> given) => [.. given.Select(text =>
    {
        var directory = text.Trim().Replace('\\', '/').Trim('/');
        return directory.Length == 0 || directory.StartsWith('-') || directory.Any(char.IsControl) || directory.Split('/').Any(part => part is "" or "." or "..")
            ? throw new StepException($"git_clone: '{text}' is not a folder of a repository; 'directories' are paths from its root, like 'flows/daily'")
            : directory;
    })];

    private static SshIdentity? Identity(JsonNode? block, GitRepository repository, StepContext context)
    {
        if (block is not JsonObject map || !SshIdentity.IsIn(map))
            return null;
        if (!repository.IsSsh)
            throw new StepException($"git_clone: the credentials hold an ssh key and '{repository.Address}' is not an ssh address; write it as git@host:path or ssh://git@host/path");
        foreach (var field in SshIdentity.KeyFields)
            context.Secrets.AddAll(map[field]);
        return SshIdentity.Write(map);
    }

    private static GitCredential? Credential(JsonObject inputs, GitRepository repository, StepContext context)
    {
        var token = inputs.Text("access_token")?.Trim();
        var block = inputs["credentials"];
        context.Secrets.Add(token);
        Keep(repository.Embedded, context);
        if (block is JsonObject fields)
            foreach (var field in (string[])["token", "password"])
                context.Secrets.AddAll(fields[field]);
        else
            context.Secrets.AddAll(block);
        if (token is { Length: > 0 } && block is not null)
            throw new StepException("git_clone: give 'access_token' or 'credentials', not both");
        if (inputs.ContainsKey("access_token") && token is { Length: 0 })
            throw new StepException("git_clone: the access token is empty; did the step that gets it print one?");
        if (token is not null && token.Any(char.IsControl))
            throw new StepException("git_clone: the access token has a line break in it; does the step that gets it print more than the token?");

        var host = repository.WebRoot?.Host ?? "";
        var credential = block switch
        {
            JsonObject map => GitCredential.FromBlock(map, host),
            JsonValue value => GitCredential.FromToken(value.ToString(), host),
            _ => token is { Length: > 0 } ? GitCredential.FromToken(token, host) : repository.Embedded,
        };
        if (credential is null)
            return null;
        Keep(credential, context);
        if (repository.IsPrivateChannel)
            return credential;
        context.Log(LineLevel.Warning, repository.WebRoot is null
            ? $"The credential is not used: '{repository.Address}' is not an https address"
            : $"The credential is not sent to '{repository.Address}': the connection is not encrypted; use https");
        return null;
    }

    private static void Keep(GitCredential? credential, StepContext context)
    {
        if (credential is null)
            return;
        context.Secrets.Add(credential.Password.Length > 0 ? credential.Password : credential.User);
        context.Secrets.Add($"{credential.User}:{credential.Password}");
    }
}
