using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying.Recipes;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>How runs get the flow's code: from the git repository this folder is a clone of, from a cloud's storage, or from this folder itself.</summary>
internal sealed class CodeQuestions(CliSession session, Questions questions, WizardAnswers answers, string folder)
{
    private const string WhereFlag = "--repository URL, --storage CLOUD or --local";

    /// <summary>Adds the pull section, and the push section where the code has to be put somewhere first.</summary>
    /// <returns>The repository whose token is to be stored; null: none is needed.</returns>
    public async Task<PrivateRepository?> AskAsync(JsonObject deployment, CancellationToken ct)
    {
        if (answers.StaysLocal)
            return null;
        if (answers.Storage is { } storage)
        {
            await AddStorageAsync(deployment, storage, ct);
            return null;
        }
        var copy = await WorkingCopy.FindAsync(folder, ct);
        if (answers.IsGit)
            return await AddGitAsync(deployment, copy, ct);
        if (!questions.MayAsk)
            return null;

        questions.Say("Your workers will need access to this flow's code in order to run it.");
        if (copy is not null && questions.Yes("Would you like your workers to pull your flow code from its remote repository when running this flow?", WhereFlag, fallback: true))
            return await AddGitAsync(deployment, copy, ct);
        if (!questions.Yes(copy is null ? "Would you like your workers to pull your flow code from a remote storage location when running this flow?"
            : "Would you like your workers to pull your flow code from a cloud's storage instead?", WhereFlag, fallback: false))
        {
            questions.Say($"The code stays where it is: workers find it in {folder}.");
            return null;
        }
        List<string[]> places = [.. copy is null ? (string[][])[["Git repository"]] : [], .. CloudStorage.All.Select(known => new[] { known.Title })];
        var chosen = questions.Choose("Please select a remote code storage option.", WhereFlag, ["Storage"], places);
        if (copy is null && chosen == 0)
            return await AddGitAsync(deployment, null, ct);
        await AddStorageAsync(deployment, CloudStorage.All[chosen - (copy is null ? 1 : 0)], ct);
        return null;
    }

    private async Task<PrivateRepository?> AddGitAsync(JsonObject deployment, WorkingCopy? here, CancellationToken ct)
    {
        var repository = answers.Repository ?? (here is not null && (!questions.MayAsk || questions.Yes($"Is {here.Repository} the correct URL to pull your flow code from?", "--repository URL", fallback: true))
            ? here.Repository
            : questions.Text("Please enter the URL to pull your flow code from", "--repository URL"));
        var isHere = here is not null && repository == here.Repository;
        var branch = answers.Branch ?? (isHere && (!questions.MayAsk || questions.Yes($"Is {here!.Branch} the correct branch to pull your flow code from?", "--branch NAME", fallback: true))
            ? here!.Branch
            : questions.MayAsk ? questions.Text("Please enter the branch to pull your flow code from", "--branch NAME", here?.Branch ?? "main") : here?.Branch ?? "main");
        var isPrivate = answers.IsPrivate ?? (questions.MayAsk && questions.Yes("Is this a private repository?", "--private or --public", fallback: null));
        var copy = WorkingCopy.Of(repository, branch) ?? throw new CliException($"'{repository}' is not an address that a repository can be cloned from", "--repository https://host/team/project.git", ExitCodes.Usage);
        if (isPrivate)
            copy = Encrypted(copy);
        var inside = isHere ? await WorkingCopy.FolderInsideAsync(folder, ct) : "";
        deployment["pull"] = copy.Pull(token: null, inside);
        return isPrivate ? new PrivateRepository(copy, inside, Token()) : null;
    }

    // A token is sent over an encrypted connection, or within this machine, or not at all.
    private WorkingCopy Encrypted(WorkingCopy copy)
    {
        if (copy.TakesTokens)
            return copy;
        if (WorkingCopy.HttpsOf(copy.Repository) is not { } https)
            throw new CliException($"a token cannot be used with '{copy.Repository}': tokens are sent to https addresses only", "--repository https://host/team/project.git", ExitCodes.Usage);
        if (questions.MayAsk && !questions.Yes($"A token can be used with https only. Is {https} the correct URL?", "--repository URL", fallback: true))
            https = questions.Text("Please enter the URL to pull your flow code from", "--repository URL", mistake: url => url.StartsWith("https://", StringComparison.Ordinal) ? null : "an address that begins with https:// is needed");
        return copy with { Repository = https };
    }

    private string Token()
    {
        const string Flag = "--token-from-env NAME or --token-from-file FILE";
        if (answers.TokenEnvironment is { } variable)
            return session.Environment(variable)?.Trim() is { Length: > 0 } token ? token : throw new CliException($"the environment has no variable '{variable}', or it is empty", exitCode: ExitCodes.Usage);
        if (answers.TokenFile is { } file)
            return (File.Exists(file) ? File.ReadAllText(file).Trim() : throw new CliException($"there is no file '{file}'", exitCode: ExitCodes.Usage)) is { Length: > 0 } token
                ? token : throw new CliException($"the file '{file}' is empty", exitCode: ExitCodes.Usage);
        if (questions.MayAsk)
            questions.Say("This token will be saved as a Secret block via the API.");
        return questions.Hidden("Please enter a token that can be used to access your private repository", Flag);
    }

    private async Task AddStorageAsync(JsonObject deployment, CloudStorage storage, CancellationToken ct)
    {
        var place = answers.Bucket ?? questions.Text($"Please enter the name of the {storage.PlaceText}", "--bucket NAME");
        var folder = answers.Folder ?? (questions.MayAsk ? questions.Text("Please enter the folder in it to keep the code in", "--folder PATH", deployment["name"]!.ToString()) : deployment["name"]!.ToString());
        var credentials = storage.Credentials(answers.StorageCredentials ?? (questions.MayAsk ? await CredentialsAsync(storage, ct) : null));
        if (credentials is null && storage.NeedsCredentials)
            throw new CliException($"{storage.Title} needs credentials", $"--storage-credentials BLOCK (of type {storage.CredentialsType}), or the address of the storage account for the machine's own identity", ExitCodes.Usage);
        var push = deployment["push"] as JsonArray ?? [];
        push.Add(storage.Push(place, folder, credentials));
        deployment["push"] = push.DeepClone();
        deployment["pull"] = new JsonArray(storage.Pull(credentials));
    }

    private Task<string?> CredentialsAsync(CloudStorage storage, CancellationToken ct) => BlockQuestion.AskAsync(session.Client, questions, "Which block holds its credentials?", storage.CredentialsType,
        "--storage-credentials BLOCK", storage.NeedsCredentials ? null : "the identity of the machine",
        storage.NeedsCredentials ? ("enter its name, or the address of the storage account", "Name of the block, or the address of the storage account (https://…)") : null, ct);
}

/// <summary>A repository that is cloned with a token, on its way to the Secret block.</summary>
/// <param name="Inside">The folder in it that entrypoints count from.</param>
internal sealed record PrivateRepository(WorkingCopy Copy, string Inside, string Token)
{
    public override string ToString() => Copy.Repository; // never the token
}
