using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>Clones a repository below the working directory, or brings a clone that is already there up to date.</summary>
internal sealed class GitCloneStep : IStep
{
    public StepSignature Signature { get; } = new("git_clone",
    [
        new("repository", StepInputKind.Text, Required: true),
        new("branch", StepInputKind.Text),
        new("include_submodules", StepInputKind.Flag),
        new("access_token", StepInputKind.Text),
        new("credentials", StepInputKind.Any),
    ], ["directory"]) { OldNames = ["git_clone_project"] };

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var repository = GitRepository.Parse(inputs.RequiredText("repository"));
        var branch = Branch(inputs.Text("branch"));
        var credential = Credential(inputs, repository, context);
        var destination = branch is null ? repository.Name : $"{repository.Name}-{branch.Replace('/', '-')}";
        var submodules = inputs.Flag("include_submodules", false);
        var git = new GitClient(context.WorkingDirectory, repository, credential, context.Print);
        await git.RequireGitAsync(ct);

        var clone = new Clone(git, context, repository, branch, submodules, credential is not null);
        var path = context.Resolve(destination);
        if (Directory.Exists(Path.Combine(path, ".git")))
            await clone.RefreshAsync(path, destination, ct);
        else
            await clone.MakeAsync(destination, ct);
        return new JsonObject { ["directory"] = destination };
    }

    private static string? Branch(string? branch)
    {
        if (string.IsNullOrWhiteSpace(branch))
            return null;
        if (branch.StartsWith('-') || branch.Contains("..", StringComparison.Ordinal) || branch.Any(c => char.IsControl(c) || c is ' ' or '\\' or ':' or '~' or '^' or '?' or '*' or '['))
            throw new StepException($"git_clone: '{branch}' is not the name of a branch or tag");
        return branch;
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

    /// <summary>The work on one destination.</summary>
    private sealed class Clone(GitClient git, StepContext context, GitRepository repository, string? branch, bool submodules, bool hasCredential)
    {
        public async Task MakeAsync(string destination, CancellationToken ct)
        {
            List<string> arguments = ["clone", "--depth", "1"];
            if (branch is not null)
                arguments.AddRange(["--branch", branch]);
            if (submodules)
                arguments.AddRange(["--recurse-submodules", "--shallow-submodules"]);
            arguments.AddRange(["--", repository.Address, destination]);

            var result = await git.RunAsync(context.WorkingDirectory, ct, arguments);
            if (result.ExitCode != 0)
                throw await FailureAsync("clone", result.StandardError, ct);
            context.Log(LineLevel.Information, $"Cloned repository '{repository.Address}' into '{destination}'");
        }

        public async Task RefreshAsync(string path, string destination, CancellationToken ct)
        {
            var origin = await git.AskAsync(path, ct, "config", "--file", Path.Combine(path, ".git", "config"), "--get", "remote.origin.url");
            if (origin.ExitCode != 0 || !GitRepository.Same(origin.StandardOutput.Trim(), repository.Address))
                throw new StepException($"git_clone: '{destination}' already holds a clone of another repository ('{GitAddress(origin)}'); move it away");

            // Named outright: from a damaged clone git would go looking in the folders above, and find a repository that is none of our business.
            List<string> here = ["--git-dir", Path.Combine(path, ".git"), "--work-tree", path];
            var fetched = await git.RunAsync(path, ct, [.. here, "fetch", "--depth", "1", "origin", branch ?? "HEAD"]);
            if (fetched.ExitCode != 0 && GitFailure.IsRemote(fetched.StandardError))
                throw await FailureAsync("fetch", fetched.StandardError, ct);
            var done = fetched.ExitCode == 0 && (await git.AskAsync(path, ct, [.. here, "reset", "--hard", "FETCH_HEAD"])).ExitCode == 0;
            if (done && submodules)
                done = (await git.RunAsync(path, ct, [.. here, "submodule", "update", "--init", "--recursive", "--force", "--depth", "1"])).ExitCode == 0;
            if (done)
            {
                context.Log(LineLevel.Information, $"Updated '{destination}' from repository '{repository.Address}'");
                return;
            }
            context.Log(LineLevel.Warning, $"'{destination}' cannot be brought up to date ({GitFailure.Words(fetched.StandardError)}); cloning anew");
            Directory.Delete(path, recursive: true);
            await MakeAsync(destination, ct);
        }

        private static string GitAddress(CommandResult origin) => origin.ExitCode == 0 ? GitRepository.Parse(origin.StandardOutput).Address : "without an origin";

        private async Task<StepException> FailureAsync(string verb, string said, CancellationToken ct)
        {
            var what = $"git_clone: could not {verb} '{repository.Address}'";
            if (branch is not null && GitFailure.IsWrongBranch(said))
                return new StepException($"{what}: it has no branch or tag '{branch}'{await BranchHintAsync(branch, ct)}");
            var reason = GitFailure.Reason(said, hasCredential);
            var words = GitFailure.Words(said);
            return new StepException(reason is null ? $"{what}: git says: {words}" : $"{what}: {reason} (git says: {words})");
        }

        private async Task<string> BranchHintAsync(string wrong, CancellationToken ct)
        {
            var listed = await git.AskAsync(context.WorkingDirectory, ct, "ls-remote", "--heads", "--tags", "--", repository.Address);
            string[] names = [.. listed.StandardOutput.Split('\n')
                .Select(line => line.Split("\trefs/").ElementAtOrDefault(1) ?? "")
                .Where(name => name.Length > 0 && !name.EndsWith("^{}", StringComparison.Ordinal))
                .Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])];
            return NearestName.Hint(wrong, names) is { } hint ? "; " + hint : "";
        }
    }
}
