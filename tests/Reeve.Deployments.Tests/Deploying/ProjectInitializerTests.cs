using Reeve.Deployments.Deploying;
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
        Assert.Equal(["prefect.yaml", ".prefectignore"], (await InitAsync("local")).Written);

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
        Assert.Equal("there is no recipe 'gti'; did you mean 'git'?", Assert.Single((await InitAsync("gti")).Faults).ToString());
        Assert.Contains("is no clone with a remote", Assert.Single((await InitAsync("git")).Faults).ToString(), StringComparison.Ordinal);
        Assert.Equal("the recipe 'git' has no field 'repo'; valid are: name, repository, branch", Assert.Single((await InitAsync("git", ("repo", "x"))).Faults).ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }
}
