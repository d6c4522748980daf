using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying.Recipes;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Deploying;

/// <summary>Writes the files of a new project. What is there already is left alone.</summary>
public sealed class ProjectInitializer(string directory)
{
    private const int ShownFlows = 8;

    /// <summary>The name of the folder: that of the project unless somebody says another.</summary>
    public string FolderName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))) is { Length: > 0 } name ? name : "project";

    private bool HasDockerfile => File.Exists(Path.Combine(directory, "Dockerfile"));

    /// <summary>The recipe that fits a directory: by whether it is a clone with a remote, and whether a Dockerfile is there.</summary>
    public async Task<string> GuessRecipeAsync(CancellationToken ct) => (await WorkingCopy.FindAsync(directory, ct), HasDockerfile) switch
    {
        (not null, true) => "docker-git",
        (not null, false) => "git",
        (null, true) => "docker",
        _ => "local",
    };

    /// <summary>The recipe of that name, or the fault that lists all.</summary>
    public static (Recipe? Recipe, Fault? Fault) FindRecipe(string name) => Recipe.All.FirstOrDefault(recipe => recipe.Name == name) is { } found
        ? (found, null)
        : (null, new Fault(null, $"there is no recipe '{name}'", "there are: " + string.Join(", ", Recipe.All.Select(recipe => recipe.Name))));

    /// <param name="name">The project's name; default the directory's.</param>
    /// <param name="fields">Values of the recipe's fields.</param>
    public async Task<InitReport> InitializeAsync(string recipe, string? name, IReadOnlyDictionary<string, string> fields, CancellationToken ct)
    {
        var (found, fault) = FindRecipe(recipe);
        if (found is null)
            return InitReport.Failed(fault!);
        List<Fault> faults = [.. fields.Keys.Where(field => !found.Fields.Contains(field))
            .Select(field => new Fault(null, $"the recipe '{recipe}' has no field '{field}'", NearestName.Hint(field, [.. found.Fields])))];
        faults.AddRange(found.Inputs.Where(input => string.IsNullOrWhiteSpace(fields.GetValueOrDefault(input.Name)))
            .Select(input => new Fault(null, $"the recipe '{recipe}' needs '{input.Name}'", $"give it: --field {input.Name}=VALUE")));
        var copy = found.IsGit ? await CopyAsync(fields, faults, ct) : null;
        if (faults.Count > 0)
            return InitReport.Failed([.. faults]);

        var text = await TextAsync(found, name ?? fields.GetValueOrDefault("name") ?? FolderName, fields, copy, ct);
        List<string> written = [];
        if (!File.Exists(Path.Combine(directory, ".prefectignore")))
            await WriteAsync(".prefectignore", IgnoreFileText.Text, written, ct);
        if (ProjectReader.Find(directory) is null)
            await WriteAsync("prefect.yaml", text.ToString(), written, ct);
        return new InitReport(written, []);
    }

    private async Task WriteAsync(string name, string text, List<string> written, CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, name), text, ct);
        written.Add(name);
    }

    private async Task<WorkingCopy?> CopyAsync(IReadOnlyDictionary<string, string> fields, List<Fault> faults, CancellationToken ct)
    {
        var here = await WorkingCopy.FindAsync(directory, ct);
        if ((fields.GetValueOrDefault("repository") ?? here?.Repository) is not { } repository)
        {
            faults.Add(new Fault(null, "this directory is no clone with a remote, so the recipe does not know the repository", "give it: --field repository=https://host/team/project.git"));
            return null;
        }
        var copy = WorkingCopy.Of(repository, fields.GetValueOrDefault("branch") ?? here?.Branch ?? "main");
        if (copy is null)
            faults.Add(new Fault(null, $"'{repository}' is not an address that a repository can be cloned from", "expected something like https://host/team/project.git"));
        return copy;
    }

    private async Task<ProjectFileText> TextAsync(Recipe recipe, string name, IReadOnlyDictionary<string, string> fields, WorkingCopy? copy, CancellationToken ct)
    {
        var dockerfile = fields.GetValueOrDefault("dockerfile") ?? (HasDockerfile ? "Dockerfile" : "auto");
        var flows = await FlowSearch.FindAsync(directory, ct);
        var text = new ProjectFileText { Name = name, Entrypoints = [.. flows.Take(ShownFlows).Select(flow => flow.Entrypoint)] };
        if (recipe.HasImage)
            text = text with
            {
                Build = [ImageSteps.Build(fields["image_name"], fields["tag"], dockerfile)],
                Push = [ImageSteps.Push(credentials: null)],
                PushHints = ["For a registry that asks for a login:", "credentials: \"{{ prefect.blocks.docker-registry-credentials.my-registry }}\""],
                Image = ImageSteps.BuiltImage,
                // An automatic Dockerfile puts the code into a folder of the folder's name, whatever the project is called.
                Pull = [ImageSteps.WorkThere(dockerfile == "auto" ? FolderName : name)],
            };
        if (copy is not null)
            text = text with
            {
                Pull = copy.Pull(token: null, fields.ContainsKey("repository") ? "" : await WorkingCopy.FolderInsideAsync(directory, ct)),
                PullHints = ["For a private repository a Secret block, or the output of a step above:", "access_token: \"{{ prefect.blocks.secret.my-token }}\""],
            };
        else if (recipe.Storage is { } storage)
            text = WithStorage(text, storage, fields, name);
        else if (!recipe.HasImage)
            text = text with { Pull = [ImageSteps.SetDirectory(fields.GetValueOrDefault("directory") ?? Path.GetFullPath(directory))] };
        return text;
    }

    private static ProjectFileText WithStorage(ProjectFileText text, CloudStorage storage, IReadOnlyDictionary<string, string> fields, string name)
    {
        // Where the step demands credentials, a block is named that the deploy will ask for by name until it is made.
        var credentials = storage.Credentials(fields.GetValueOrDefault("credentials") ?? (storage.NeedsCredentials ? "azure-storage" : null));
        IReadOnlyList<string> hints = credentials is null
            ? ["Without credentials the machine's own identity is used. Else:", $"credentials: \"{{{{ prefect.blocks.{storage.CredentialsType}.my-block }}}}\""]
            : [];
        return text with
        {
            Push = [.. text.Push?.Select(step => step!.DeepClone()) ?? [], storage.Push(fields[storage.PlaceKey], fields.GetValueOrDefault("folder") ?? name, credentials)],
            PushHints = hints,
            Pull = [storage.Pull(credentials)],
            PullHints = hints,
        };
    }
}

/// <summary>Which files were written, or why none was.</summary>
public sealed record InitReport(IReadOnlyList<string> Written, IReadOnlyList<Fault> Faults)
{
    internal static InitReport Failed(params IReadOnlyList<Fault> faults) => new([], faults);
}
