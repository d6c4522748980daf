using System.Text;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps.Git;

namespace Reeve.Deployments.Deploying;

/// <summary>Writes the files of a new project. What is there already is left alone.</summary>
public sealed class ProjectInitializer(string directory)
{
    /// <summary>The recipes: where a project's code is pulled from.</summary>
    public static IReadOnlyList<string> Recipes { get; } = ["local", "git"];

    /// <summary>The recipe that fits a directory: git where it is a clone with a remote.</summary>
    public async Task<string> GuessRecipeAsync(CancellationToken ct) => await RemoteAsync(ct) is null ? "local" : "git";

    /// <param name="recipe">One of <see cref="Recipes"/>.</param>
    /// <param name="name">The project's name; default the directory's.</param>
    /// <param name="fields">Values a recipe would otherwise find out: repository, branch, directory.</param>
    public async Task<InitReport> InitializeAsync(string recipe, string? name, IReadOnlyDictionary<string, string> fields, CancellationToken ct)
    {
        if (!Recipes.Contains(recipe))
            return InitReport.Failed(new Fault(null, $"there is no recipe '{recipe}'", NearestName.Hint(recipe, [.. Recipes])));
        string[] known = recipe == "git" ? ["name", "repository", "branch"] : ["name", "directory"];
        var unknown = fields.Keys.Where(field => !known.Contains(field)).Select(field => new Fault(null, $"the recipe '{recipe}' has no field '{field}'", NearestName.Hint(field, known))).ToList();
        if (unknown.Count > 0)
            return InitReport.Failed([.. unknown]);

        var pull = recipe == "git" ? await GitPullAsync(fields, ct) : LocalPull(fields);
        if (pull is null)
            return InitReport.Failed(new Fault(null, "this directory is no clone with a remote, so the recipe 'git' does not know the repository",
                "give it: --field repository=https://host/team/project.git"));
        List<string> written = [];
        if (ProjectReader.Find(directory) is null)
            await WriteAsync("prefect.yaml", ProjectText(name ?? fields.GetValueOrDefault("name") ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))), pull), written, ct);
        if (!File.Exists(Path.Combine(directory, ".prefectignore")))
            await WriteAsync(".prefectignore", IgnoreText, written, ct);
        return new InitReport(written, []);
    }

    private async Task WriteAsync(string name, string text, List<string> written, CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, name), text, ct);
        written.Add(name);
    }

    private string LocalPull(IReadOnlyDictionary<string, string> fields) => $"""
        - prefect.deployments.steps.set_working_directory:
            directory: {Quoted(fields.GetValueOrDefault("directory") ?? Path.GetFullPath(directory))}
        """;

    private async Task<string?> GitPullAsync(IReadOnlyDictionary<string, string> fields, CancellationToken ct)
    {
        if ((fields.GetValueOrDefault("repository") ?? await RemoteAsync(ct)) is not { } repository)
            return null;
        var branch = fields.GetValueOrDefault("branch") ?? await GitAsync(ct, "branch", "--show-current") ?? "main";
        return $$$"""
            - prefect.deployments.steps.git_clone:
                repository: {{{Quoted(GitRepository.Parse(repository).Address)}}}
                branch: {{{Quoted(branch)}}}
                # For a private repository: a Secret block, or the output of a step above.
                # access_token: "{{ prefect.blocks.secret.my-token }}"
                access_token: null
            """;
    }

    private Task<string?> RemoteAsync(CancellationToken ct) => GitAsync(ct, "remote", "get-url", "origin");

    private async Task<string?> GitAsync(CancellationToken ct, params IReadOnlyList<string> arguments)
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

    private static string Quoted(string text)
    {
        var plain = text.Length > 0 && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '/') && !text.EndsWith(':') && !text.Any(char.IsControl)
            && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
            && YamlScalars.Resolve(text)?.GetValueKind() is System.Text.Json.JsonValueKind.String;
        return plain ? text : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
    }

    private static string ProjectText(string name, string pull) => new StringBuilder()
        .Append(
            $$$"""
            # How the flows of this project are deployed. `reeve deploy --all` reads this file; keep it beside the code, under version control.
            # Placeholders: {{ step-id.output }}, {{ prefect.blocks.<type>.<name> }}, {{ prefect.variables.<name> }}, {{ $ENVIRONMENT_VARIABLE }}

            # The project's name, and the version of the format of this file
            name: {{{Quoted(name)}}}
            prefect-version: 2.20.25

            # Steps that run before a deploy, on the machine that deploys: to make what the flows need
            build: null

            # Steps that run after the build, to put it where workers find it
            push: null

            # Steps that run before each flow run, where it runs: to get the code
            pull:

            """)
        .Append(pull)
        .Append(
            """


            # What is deployed; every entry may have build, push and pull sections of its own
            deployments:
            - name:
              version:
              tags: []
              description:
              schedule: {}
              flow_name:
              entrypoint: # flows/hello.cs:Hello, App/App.csproj:Hello, App.dll:Hello or flows/hello.py:hello
              parameters: {}
              work_pool:
                name:
                work_queue_name:
                job_variables: {}

            """).ToString();

    private const string IgnoreText = """
        # Files that push steps leave behind, in the notation of .gitignore

        # this file itself
        .prefectignore

        # version control and editors
        .git/
        .hg/
        .svn/
        .idea/
        .vs/
        .vscode/
        *.swp

        # what builds leave: .NET, Python, Node
        bin/
        obj/
        *.user
        TestResults/
        __pycache__/
        *.py[cod]
        *.egg-info/
        .ipynb_checkpoints/
        .mypy_cache/
        .pytest_cache/
        .venv/
        venv/
        node_modules/

        # secrets and leftovers of the system
        .env
        .env.*
        .DS_Store

        """;
}

/// <summary>Which files were written, or why none was.</summary>
public sealed record InitReport(IReadOnlyList<string> Written, IReadOnlyList<Fault> Faults)
{
    internal static InitReport Failed(params IReadOnlyList<Fault> faults) => new([], faults);
}
