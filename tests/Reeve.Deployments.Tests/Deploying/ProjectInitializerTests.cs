using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Deploying.Recipes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Deploying;

public sealed class ProjectInitializerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<InitReport> InitAsync(string recipe, params (string, string)[] fields) =>
        new ProjectInitializer(_folder.Path).InitializeAsync(recipe, "my: project #1", fields.ToDictionary(field => field.Item1, field => field.Item2), TestContext.Current.CancellationToken);

    private Project Read()
    {
        var reading = ProjectReader.Read("prefect.yaml", File.ReadAllText(_folder.At("prefect.yaml")));
        Assert.Empty(reading.Faults);
        return reading.Project!;
    }

    [Fact]
    public async Task Local_recipe_writes_a_file_that_can_be_read()
    {
        Assert.Equal([".prefectignore", "prefect.yaml"], (await InitAsync("local")).Written);

        var project = Read();
        Assert.Equal("my: project #1", project.Name);
        Assert.Equal(_folder.Path, (string?)project.Pull.ToJson()[0]!["prefect.deployments.steps.set_working_directory"]!["directory"]);
        Assert.True(Assert.Single(project.Deployments).IsEmpty);
    }

    [Fact]
    public async Task Git_recipe_finds_remote_and_branch_and_writes_no_credential()
    {
        GitHost.Git(_folder.Path, "init", "-q", "-b", "main-line");
        GitHost.Git(_folder.Path, "remote", "add", "origin", "https://me:s3cr3t@git.example/team/a.git");
        var initializer = new ProjectInitializer(_folder.Path);
        Assert.Equal("git", await initializer.GuessRecipeAsync(TestContext.Current.CancellationToken));

        await InitAsync("git");

        var step = Read().Pull.ToJson()[0]!["prefect.deployments.steps.git_clone"]!;
        Assert.Equal(("https://git.example/team/a.git", "main-line"), ((string?)step["repository"], (string?)step["branch"]));
        Assert.DoesNotContain("s3cr3t", File.ReadAllText(_folder.At("prefect.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_fill_in_what_cannot_be_found()
    {
        await InitAsync("git", ("repository", "https://git.example/b.git"), ("branch", "x"));

        Assert.Contains("repository: https://git.example/b.git\n", File.ReadAllText(_folder.At("prefect.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_there_are_left_alone()
    {
        _folder.Write("prefect.yaml", "name: mine");

        Assert.Equal([".prefectignore"], (await InitAsync("local")).Written);
        Assert.Equal("name: mine", File.ReadAllText(_folder.At("prefect.yaml")));
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_and_nothing_is_written()
    {
        Assert.Equal("there is no recipe 'gti'; there are: local, git, docker, docker-git, s3, gcs, azure, docker-s3, docker-gcs, docker-azure", Assert.Single((await InitAsync("gti")).Faults).ToString());
        Assert.Contains("is no clone with a remote", Assert.Single((await InitAsync("git")).Faults).ToString(), StringComparison.Ordinal);
        Assert.Equal("the recipe 'git' has no field 'repo'; valid are: name, repository, branch", (await InitAsync("git", ("repo", "x"))).Faults[0].ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public static TheoryData<string> Recipes => [.. Recipe.All.Select(recipe => recipe.Name)];

    private static (string, string)[] Fields(string recipe) =>
    [
        .. recipe.StartsWith("docker", StringComparison.Ordinal) ? [("image_name", "registry.example.com:5000/team/flows"), ("tag", "1.0")] : Array.Empty<(string, string)>(),
        .. recipe.EndsWith("s3", StringComparison.Ordinal) || recipe.EndsWith("gcs", StringComparison.Ordinal) ? [("bucket", "my-bucket")] : Array.Empty<(string, string)>(),
        .. recipe.EndsWith("azure", StringComparison.Ordinal) ? [("container", "my-container")] : Array.Empty<(string, string)>(),
        .. recipe.EndsWith("git", StringComparison.Ordinal) ? [("repository", "https://git.example/a.git")] : Array.Empty<(string, string)>(),
    ];

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task Every_recipe_writes_what_the_reader_takes_and_the_schema_allows(string recipe)
    {
        _folder.Write("App/App.csproj", "<Project/>");
        _folder.Write("App/Flows.cs", "class F { [Flow] void Hello() {} }");

        Assert.Empty((await InitAsync(recipe, Fields(recipe))).Faults);

        var project = Read();
        Assert.True(project.Pull.IsGiven);
        var text = await File.ReadAllTextAsync(_folder.At("prefect.yaml"), TestContext.Current.CancellationToken);
        Assert.Contains("#   App/App.csproj:Hello\n", text, StringComparison.Ordinal);
        var faults = new FaultCollector();
        var root = (MapNode)YamlDocument.Read("prefect.yaml", text, faults, out _)!;
        var schema = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Deploying", "prefect.yaml.schema.json"), TestContext.Current.CancellationToken)).RootElement;
        new ParameterCheck(schema, faults).Check(root, default, required: true);
        Assert.Empty(faults.Faults);
        Assert.Equal(["name", "prefect-version", "build", "push", "pull", "deployments"], root.Entries.Select(entry => entry.Key.Text));
        Assert.Equal(["name", "version", "tags", "description", "schedule", "flow_name", "entrypoint", "parameters", "work_pool"], ((MapNode)((ListNode)root["deployments"]!).Items[0]).Entries.Select(entry => entry.Key.Text));
    }

    [Fact]
    public async Task Docker_recipes_build_push_and_name_the_image()
    {
        await InitAsync("docker-gcs", Fields("docker-gcs"));

        var root = Read();
        var build = root.Build.ToJson()[0]!["prefect_docker.deployments.steps.build_docker_image"]!;
        Assert.Equal("""{"id":"build_image","requires":"prefect-docker>=0.3.1","image_name":"registry.example.com:5000/team/flows","tag":"1.0","dockerfile":"auto"}""", Plain(build));
        Assert.Equal(["prefect_docker.deployments.steps.push_docker_image", "prefect_gcp.deployments.steps.push_to_gcs"], root.Push.Steps.Select(step => step.Name));
        // the folder of the pull step once referred to itself
        Assert.Equal("""{"id":"pull_code","requires":"prefect-gcp>=0.4.3","bucket":"{{ push_code.bucket }}","folder":"{{ push_code.folder }}"}""",
            Plain(root.Pull.ToJson()[0]!["prefect_gcp.deployments.steps.pull_from_gcs"]!));
        Assert.Contains("    job_variables:\n      image: \"{{ build_image.image }}\"\n", await File.ReadAllTextAsync(_folder.At("prefect.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dockerfile_that_is_there_is_used_and_decides_the_guess()
    {
        var initializer = new ProjectInitializer(_folder.Path);
        Assert.Equal("local", await initializer.GuessRecipeAsync(TestContext.Current.CancellationToken));
        _folder.Write("Dockerfile", "FROM scratch");
        Assert.Equal("docker", await initializer.GuessRecipeAsync(TestContext.Current.CancellationToken));
        GitHost.Git(_folder.Path, "init", "-q");
        Assert.Equal("docker", await initializer.GuessRecipeAsync(TestContext.Current.CancellationToken));
        GitHost.Git(_folder.Path, "remote", "add", "origin", "https://git.example/a.git");
        Assert.Equal("docker-git", await initializer.GuessRecipeAsync(TestContext.Current.CancellationToken));

        await InitAsync("docker", Fields("docker"));

        Assert.Contains("dockerfile: Dockerfile\n", await File.ReadAllTextAsync(_folder.At("prefect.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my-block", "\"{{ prefect.blocks.azure-blob-storage-credentials.my-block }}\"")]
    [InlineData("azure-other/b", "\"{{ prefect.blocks.azure-other.b }}\"")]
    [InlineData("https://acc.blob.core.windows.net", "{\"account_url\":\"https://acc.blob.core.windows.net\"}")]
    public async Task Azure_gets_the_credentials_that_its_steps_demand(string said, string written)
    {
        await InitAsync("azure", [.. Fields("azure"), ("credentials", said)]);

        Assert.Equal(written, Plain(Read().Push.ToJson()[0]!["prefect_azure.deployments.steps.push_to_azure_blob_storage"]!["credentials"]!));
        Assert.Equal(written, Plain(Read().Pull.ToJson()[0]!["prefect_azure.deployments.steps.pull_from_azure_blob_storage"]!["credentials"]!));
    }

    [Fact]
    public async Task Project_in_a_folder_of_its_repository_goes_there_after_the_clone()
    {
        GitHost.Git(_folder.Path, "init", "-q", "-b", "main");
        GitHost.Git(_folder.Path, "remote", "add", "origin", "https://git.example/a.git");
        Directory.CreateDirectory(_folder.At("sub", "flows"));

        await new ProjectInitializer(_folder.At("sub")).InitializeAsync("git", null, new Dictionary<string, string>(), TestContext.Current.CancellationToken);

        var reading = ProjectReader.Read("prefect.yaml", await File.ReadAllTextAsync(_folder.At("sub", "prefect.yaml"), TestContext.Current.CancellationToken));
        Assert.Empty(reading.Faults);
        Assert.Equal("{{ clone.directory }}/sub", (string?)reading.Project!.Pull.ToJson()[1]!["prefect.deployments.steps.set_working_directory"]!["directory"]);
    }

    [Theory]
    [InlineData("git@github.com:team/a.git", "https://github.com/team/a.git")]
    [InlineData("ssh://git@host:2222/team/a.git", "https://host/team/a.git")]
    [InlineData("https://host/a.git", null)]
    [InlineData("/srv/git/a.git", null)]
    [InlineData("C:/x", null)]
    public void Ssh_addresses_have_an_https_form(string address, string? https) => Assert.Equal(https, WorkingCopy.HttpsOf(address));

    private static string Plain(JsonNode node) => node.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
