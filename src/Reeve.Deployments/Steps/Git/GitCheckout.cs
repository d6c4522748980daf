using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>What a clone is to hold beside the revision.</summary>
internal sealed record GitContents(bool Submodules, IReadOnlyList<string> Directories);

/// <summary>Makes one clone, or brings it up to date. A new one gets its name when it is whole.</summary>
internal sealed class GitCheckout(GitClient git, GitMirror? mirror, StepContext context, GitRepository repository, GitRevision revision, GitContents contents, bool hasCredential)
{
    // Where a commit or a detached HEAD is kept from being forgotten.
    private const string OwnReference = "refs/reeve/checkout";

    public async Task RunAsync(string destination, CancellationToken ct)
    {
        var path = context.Resolve(destination);
        PartialFolder.RemoveAbandoned(path);
        var exists = Directory.Exists(Path.Combine(path, ".git"));
        if (exists)
            await CheckOriginAsync(path, destination, ct);
        else if (File.Exists(path) || Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new StepException($"git_clone: '{destination}' exists already and is not a clone; move it away");

        if (!exists)
            context.Print($"Cloning into '{destination}'...");
        var target = await FindAsync(exists ? "fetch" : "clone", ct);
        if (exists && await UpdateAsync(path, destination, target, ct))
            return;
        await MakeAsync(path, destination, target, ct);
        context.Log(LineLevel.Information, $"Cloned repository '{repository.Address}' into '{destination}'");
    }

    /// <summary>Asks the server what the revision is now. Whoever may not read the repository ends here.</summary>
    private async Task<GitTarget> FindAsync(string verb, CancellationToken ct)
    {
        List<string> arguments = ["ls-remote", "--symref", "--", repository.Address, "HEAD"];
        if (revision.Branch is not null)
            arguments.AddRange([$"refs/heads/{revision.Branch}", $"refs/tags/{revision.Branch}"]);
        var answer = await git.RemoteAsync(context.WorkingDirectory, ct, arguments);
        if (answer.ExitCode != 0)
            throw Failure(verb, answer.StandardError);
        if (revision.Commit is not null)
            return new GitTarget(revision.Commit, revision.Commit);

        var lines = answer.StandardOutput.Split('\n').Select(line => line.Split('\t')).Where(parts => parts.Length == 2).ToList();
        string? ObjectOf(string reference) => lines.FirstOrDefault(parts => parts[1] == reference && !parts[0].StartsWith("ref:", StringComparison.Ordinal))?[0];
        if (revision.Branch is not null)
        {
            foreach (var reference in (string[])[$"refs/heads/{revision.Branch}", $"refs/tags/{revision.Branch}"])
                if (ObjectOf(reference) is { } found)
                    return new GitTarget(reference, found);
            throw new StepException($"git_clone: could not {verb} '{repository.Address}': it has no {revision.Description}{await NearestAsync(revision.Branch, ct)}");
        }
        var head = ObjectOf("HEAD") ?? throw new StepException($"git_clone: could not {verb} '{repository.Address}': it is empty, or its HEAD names a branch that is not there (name one by 'branch')");
        var symbolic = lines.FirstOrDefault(parts => parts[1] == "HEAD" && parts[0].StartsWith("ref: ", StringComparison.Ordinal))?[0]["ref: ".Length..];
        return new GitTarget(symbolic ?? "HEAD", head);
    }

    private async Task MakeAsync(string path, string destination, GitTarget target, CancellationToken ct)
    {
        var partial = PartialFolder.PartialOf(path);
        try
        {
            await LocalAsync(context.WorkingDirectory, ct, "init", "-q", "--template=", "-b", target.LocalBranch ?? "main", partial);
            List<string> here = Here(partial);
            await LocalAsync(partial, ct, [.. here, "remote", "add", .. target.LocalBranch is { } branch ? ["-t", branch] : Array.Empty<string>(), "origin", repository.Address]);
            if (await FetchAsync(here, partial, target, ct) is { ExitCode: not 0 } fetched)
                throw Failure("clone", fetched.StandardError);
            await SparseAsync(here, partial, ct);
            await CheckOutAsync(here, partial, target, ct);
            if (target.LocalBranch is { } name)
                await LocalAsync(partial, ct, [.. here, "branch", "-q", $"--set-upstream-to=origin/{name}", name]);
            if (contents.Submodules && await SubmodulesAsync(here, partial, ct) is { ExitCode: not 0 } submodules)
                throw Failure("clone the submodules of", submodules.StandardError);
            foreach (var directory in contents.Directories.Where(directory => !Directory.Exists(Path.Combine(partial, directory))))
                throw new StepException($"git_clone: '{repository.Address}' has no folder '{directory}' in its {revision.Description}");
            GitLinks.Warn(await git.LocalAsync(partial, ct, [.. here, "ls-files", "-s", "-z"]), partial, context);
            ct.ThrowIfCancellationRequested();
            PartialFolder.Delete(path);
            Directory.Move(partial, path);
        }
        catch (IOException exception)
        {
            throw new StepException($"git_clone: could not clone '{repository.Address}' into '{destination}': {exception.Message}", exception);
        }
        finally
        {
            PartialFolder.Delete(partial);
        }
    }

    /// <summary>False when the clone that is there cannot be used; faults of the server are thrown.</summary>
    private async Task<bool> UpdateAsync(string path, string destination, GitTarget target, CancellationToken ct)
    {
        var here = Here(path);
        var result = await FetchAsync(here, path, target, ct);
        if (result.ExitCode != 0 && GitFailure.IsRemote(result.StandardError))
            throw Failure("fetch", result.StandardError);
        try
        {
            if (result.ExitCode == 0)
            {
                await SparseAsync(here, path, ct);
                await CheckOutAsync(here, path, target, ct);
                if (contents.Submodules)
                    result = await SubmodulesAsync(here, path, ct);
            }
        }
        catch (StepException exception) when (!GitFailure.IsRemote(exception.Message))
        {
            result = new CommandResult(1, "", exception.Message);
        }
        if (result.ExitCode == 0)
        {
            context.Log(LineLevel.Information, $"Updated '{destination}' from repository '{repository.Address}'");
            return true;
        }
        context.Log(LineLevel.Warning, $"'{destination}' cannot be brought up to date ({GitFailure.Words(result.StandardError)}); cloning anew");
        return false;
    }

    private async Task CheckOriginAsync(string path, string destination, CancellationToken ct)
    {
        var origin = await git.LocalAsync(context.WorkingDirectory, ct, "config", "--file", Path.Combine(path, ".git", "config"), "--get", "remote.origin.url");
        if (origin.ExitCode == 0 && GitRepository.Same(origin.StandardOutput.Trim(), repository.Address))
            return;
        var other = origin.ExitCode == 0 ? GitRepository.Parse(origin.StandardOutput).Address : "without an origin";
        throw new StepException($"git_clone: '{destination}' already holds a clone of another repository ('{other}'); move it away");
    }

    // Named outright: from a damaged clone git would go looking in the folders above, and find a repository that is none of our business.
    private static List<string> Here(string path) => ["--git-dir", Path.Combine(path, ".git"), "--work-tree", path];

    private async Task<CommandResult> FetchAsync(List<string> here, string path, GitTarget target, CancellationToken ct)
    {
        var reference = Reference(target);
        // Of a few folders only their files are fetched, at the check-out; a mirror would want all.
        var isPart = contents.Directories.Count > 0;
        if (!isPart && mirror is not null && await mirror.FetchIntoAsync(here, path, target, reference, ct) is { } mirrored)
            return mirrored;
        return await git.RemoteAsync(path, ct,
            [.. here, "fetch", "--progress", "--depth", "1", "--no-tags", .. isPart ? ["--filter=blob:none"] : Array.Empty<string>(), "origin", $"+{target.Reference}:{reference}"]);
    }

    private static string Reference(GitTarget target) =>
        target.LocalBranch is { } branch ? $"refs/remotes/origin/{branch}" : target.Reference.StartsWith("refs/tags/", StringComparison.Ordinal) ? target.Reference : OwnReference;

    private async Task SparseAsync(List<string> here, string path, CancellationToken ct)
    {
        if (contents.Directories.Count > 0)
            await LocalAsync(path, ct, [.. here, "sparse-checkout", "set", "--cone", .. contents.Directories]);
        else if (File.Exists(Path.Combine(path, ".git", "info", "sparse-checkout")))
            await LocalAsync(path, ct, [.. here, "sparse-checkout", "disable"]);
    }

    // Files that are fetched late (a filter, LFS) come with the check-out, so this one may use the network.
    private async Task CheckOutAsync(List<string> here, string path, GitTarget target, CancellationToken ct)
    {
        List<string> onto = target.LocalBranch is { } branch ? ["-B", branch, "--no-track", Reference(target)] : ["--detach", Reference(target)];
        var result = await git.RemoteAsync(path, ct, [.. here, "checkout", "-q", "-f", .. onto, "--"]);
        if (result.ExitCode != 0)
            throw Failure("check out", result.StandardError);
    }

    private async Task<CommandResult> SubmodulesAsync(List<string> here, string path, CancellationToken ct)
    {
        var result = await git.RemoteAsync(path, ct, [.. here, "submodule", "update", "--init", "--recursive", "--force", "--depth", "1"]);
        // A server may refuse a commit that is no branch's newest; then all of the submodule has to come.
        return result.ExitCode != 0 && GitFailure.IsWrongRevision(result.StandardError)
            ? await git.RemoteAsync(path, ct, [.. here, "submodule", "update", "--init", "--recursive", "--force"])
            : result;
    }

    private async Task LocalAsync(string directory, CancellationToken ct, params IReadOnlyList<string> arguments)
    {
        var result = await git.LocalAsync(directory, ct, arguments);
        if (result.ExitCode != 0)
            throw Failure("clone", result.StandardError);
    }

    private StepException Failure(string verb, string said)
    {
        var what = $"git_clone: could not {verb} '{repository.Address}'";
        if (GitFailure.IsWrongRevision(said))
            return new StepException($"{what}: it has no {revision.Description}, or does not give it (git says: {GitFailure.Words(said)})");
        var words = GitFailure.Words(said);
        return new StepException(GitFailure.Reason(said, hasCredential) is { } reason ? $"{what}: {reason} (git says: {words})" : $"{what}: git says: {words}");
    }

    private async Task<string> NearestAsync(string wrong, CancellationToken ct)
    {
        var listed = await git.RemoteAsync(context.WorkingDirectory, ct, "ls-remote", "--heads", "--tags", "--", repository.Address);
        string[] names = [.. listed.StandardOutput.Split('\n')
            .Select(line => line.Split("\trefs/").ElementAtOrDefault(1) ?? "")
            .Where(name => name.Length > 0 && !name.EndsWith("^{}", StringComparison.Ordinal))
            .Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])];
        return NearestName.Hint(wrong, names) is { } hint ? "; " + hint : "";
    }
}
