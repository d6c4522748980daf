using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Editing;

namespace Reeve.Deployments.Deploying.Recipes;

/// <summary>The text of a new project file: its sections, each with a line that says what it is for.</summary>
public sealed record ProjectFileText
{
    public required string Name { get; init; }

    public JsonArray? Build { get; init; }

    public JsonArray? Push { get; init; }

    public JsonArray? Pull { get; init; }

    /// <summary>Comment lines below the pull section: what could be said there too.</summary>
    public IReadOnlyList<string> PullHints { get; init; } = [];

    public IReadOnlyList<string> PushHints { get; init; } = [];

    /// <summary>Entrypoints of the project's flows, as far as they were found.</summary>
    public IReadOnlyList<string> Entrypoints { get; init; } = [];

    /// <summary>What <c>job_variables.image</c> says in the entry to fill in.</summary>
    public string? Image { get; init; }

    /// <summary>The first deployment; null: an entry to fill in.</summary>
    public JsonObject? Deployment { get; init; }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            $$$"""
            # How the flows of this project are deployed. `reeve deploy --all` reads this file; keep it beside the code, under version control.
            # Placeholders: {{ step-id.output }}, {{ prefect.blocks.<type>.<name> }}, {{ prefect.variables.<name> }}, {{ $ENVIRONMENT_VARIABLE }}

            # The project's name, and the version of the format of this file
            name: {{{YamlText.Quoted(Name, inFlow: false)}}}
            prefect-version: 2.20.25


            """);
        Section(text, "build", "Steps that run before a deploy, on the machine that deploys: to make what the flows need", Build, []);
        Section(text, "push", "Steps that run after the build, to put it where workers find it", Push, PushHints);
        Section(text, "pull", "Steps that run before each flow run, where it runs: to get the code", Pull, PullHints);
        text.Append("# What is deployed; every entry may have build, push and pull sections of its own\n");
        if (Entrypoints.Count > 0)
            text.Append("# Flows found here:\n").AppendJoin("", Entrypoints.Select(entrypoint => $"#   {entrypoint}\n"));
        text.Append("deployments:\n");
        return text.Append(Deployment is null ? Template() : ProjectFileEditor.Snippet(Deployment)).ToString();
    }

    private static void Section(StringBuilder text, string key, string what, JsonArray? steps, IReadOnlyList<string> hints)
    {
        text.Append("# ").Append(what).Append('\n');
        text.AppendJoin('\n', YamlText.Entry(key, steps is { Count: > 0 } ? steps : null, 0)).Append('\n');
        if (steps is { Count: > 0 })
            text.AppendJoin("", hints.Select(hint => $"    # {hint}\n"));
        text.Append('\n');
    }

    private string Template() =>
        $$$"""
        - name:
          version:
          tags: []
          description:
          schedule: {}
          flow_name:
          entrypoint: {{{Forms}}}
          parameters: {}
          work_pool:
            name:
            work_queue_name:
            job_variables: {{{(Image is null ? "{}" : "\n      image: " + YamlText.Quoted(Image, inFlow: false))}}}

        """.Replace(": \n", ":\n", StringComparison.Ordinal);

    // Projects are named first where there are some: a file inside of one is not built by itself.
    private string Forms => Entrypoints.Any(entrypoint => entrypoint.Contains(".csproj:", StringComparison.Ordinal))
        ? "# App/App.csproj:Hello (the method's name; Type.Hello where two are called so), App.dll:Hello, flows/hello.cs:Hello or flows/hello.py:hello"
        : "# flows/hello.cs:Hello, App/App.csproj:Hello, App.dll:Hello or flows/hello.py:hello";
}
