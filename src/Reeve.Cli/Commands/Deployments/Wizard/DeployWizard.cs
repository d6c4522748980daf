using System.Text.Json.Nodes;
using Reeve.Deployments.Editing;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>
/// Leads through a new deployment: which flow, its name, when, where, and how runs get its code. What options say is not asked; where nobody
/// can be asked, what is left out stays out, unless a deployment cannot be without it.
/// </summary>
internal sealed class DeployWizard(CliSession session, Questions questions, WizardAnswers answers, EntrypointResolver entrypoints)
{
    /// <param name="around">The project file, whose sections hold for the deployment too; or an empty one where there is none.</param>
    /// <param name="said">What the options say, as the keys of a deployment.</param>
    public async Task<NewDeployment> RunAsync(Project around, string? entrypoint, string? name, JsonObject said, CancellationToken ct)
    {
        var folder = around.Directory;
        entrypoint ??= await EntrypointQuestion.AskAsync(questions, folder, ct);
        name ??= questions.MayAsk ? questions.Text("Deployment name", "--name NAME", "default", NameMistake)
            : throw new CliException("a deployment of an entrypoint needs a name", $"{Settings.CommandName.Text} deploy {entrypoint} --name NAME --pool POOL", ExitCodes.Usage);

        // In the order in which people write a deployment down.
        var deployment = new JsonObject { ["name"] = name };
        foreach (var key in (ReadOnlySpan<string>)["version", "tags", "description"])
            Take(said, deployment, key);
        deployment["entrypoint"] = entrypoint;
        foreach (var (key, value) in said.Where(field => field.Key is not ("work_pool" or "version" or "tags" or "description")))
            deployment[key] = value?.DeepClone();

        if (!said.ContainsKey("schedule") && !answers.NoSchedule && questions.MayAsk && ScheduleQuestions.Ask(questions) is { } schedules)
            deployment["schedules"] = schedules;
        var pool = said["work_pool"]?.DeepClone() as JsonObject ?? [];
        var chosen = await new WorkPoolQuestion(session.Client, questions).ChooseAsync(pool["name"]?.ToString(), answers.CreatePool, ct);
        if (chosen is not null && !pool.ContainsKey("name"))
            pool.Insert(0, "name", chosen.Name);
        if (pool.Count > 0)
            deployment["work_pool"] = pool;

        if (answers.Image is not null || (!around.Build.IsGiven && chosen is not null))
            await new ImageQuestions(session.Client, questions, answers, folder).AskAsync(deployment, chosen is not null && WorkPoolQuestion.UsesImages(chosen), ct);
        PrivateRepository? repository = null;
        if (!deployment.ContainsKey("pull") && (!around.Pull.IsGiven || answers.IsGit || answers.Storage is not null))
            repository = await new CodeQuestions(session, questions, answers, folder).AskAsync(deployment, ct);
        if (repository is null)
            return new NewDeployment(deployment, null);
        return new NewDeployment(deployment, await StoreAsync(deployment, repository, folder, ct));
    }

    /// <summary>Asks which of a file's deployments are meant; null: a new one.</summary>
    public static IReadOnlyList<string>? ChooseExisting(Questions questions, IReadOnlyList<ProjectDeployment> known)
    {
        const string Flag = "-n NAME or --all";
        if (!questions.Yes("Would you like to use an existing deployment configuration?", Flag, fallback: true))
            return null;
        List<string[]> rows = [.. known.Select(deployment => new[] { deployment.Name!, deployment.Entrypoint ?? "", deployment.Description ?? "" })];
        if (known.Count > 1)
            rows.Add(["(all)", "", "all of them"]);
        var chosen = known.Count == 1 ? 0 : questions.Choose("Which deployment configuration would you like to use?", Flag, ["Name", "Entrypoint", "Description"], rows);
        return chosen < known.Count ? [known[chosen].Name!] : [.. known.Select(deployment => deployment.Name!)];
    }

    /// <summary>Asks for the work pool of a deployment of the file that has none.</summary>
    public async Task CompleteAsync(ProjectDeployment deployment, JsonObject fields, CancellationToken ct)
    {
        if (!questions.MayAsk || deployment.WorkPoolName is not null || fields["work_pool"]?["name"] is not null)
            return;
        var pool = (await new WorkPoolQuestion(session.Client, questions).ChooseAsync(null, null, ct))!;
        if (fields["work_pool"] is not JsonObject said)
            fields["work_pool"] = said = [];
        said.Insert(0, "name", pool.Name);
    }

    /// <summary>After a deploy that did not come about: no token stays behind, and a person does not have to answer everything again.</summary>
    public static async Task GiveUpAsync(NewDeployment made, Questions questions)
    {
        if (made.Token is { } token)
            await token.WithdrawAsync();
        if (questions.MayAsk)
            questions.Say($"Nothing was deployed. What was answered, as an entry of 'deployments' in a project file:\n\n{ProjectFileEditor.Snippet(made.Deployment)}");
    }

    // The name of the block is made of the flow's own name, which only the built flow tells for certain.
    private async Task<RepositoryToken> StoreAsync(JsonObject deployment, PrivateRepository repository, string folder, CancellationToken ct)
    {
        var (flow, faults) = await entrypoints.ResolveAsync(deployment["entrypoint"]!.ToString(), folder, ct);
        if (flow is null)
            throw new CliException(string.Join("\n  ", faults));
        var block = RepositoryToken.NameOf(deployment["name"]!.ToString(), flow.Manifest.Name);
        deployment["pull"] = repository.Copy.Pull(RepositoryToken.Placeholder(block), repository.Inside);
        var token = await RepositoryToken.StoreAsync(session.Client, block, repository.Token, ct);
        questions.Say($"The token is stored as the Secret block '{block}'.");
        return token;
    }

    private static void Take(JsonObject from, JsonObject to, string key)
    {
        if (from[key] is { } value)
            to[key] = value.DeepClone();
    }

    private static string? NameMistake(string name) => name.AsSpan().IndexOfAny("/%&<>") >= 0 ? "a name without any of / % & < > is needed" : null;
}

/// <summary>What came of the questions.</summary>
/// <param name="Deployment">As an entry of <c>deployments</c>.</param>
/// <param name="Token">The token that was stored for it.</param>
internal sealed record NewDeployment(JsonObject Deployment, RepositoryToken? Token);
