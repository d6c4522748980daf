using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Deployments;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli.Tests.Commands.Deployments.Wizard;

/// <summary>The dialogue of deploy, its answers written down beforehand, against a real server. The flows are Python's, which are read without being built.</summary>
public sealed class DeployWizardTests : IAsyncLifetime
{
    private const string Token = "t0ken-of-the-wizard-81c3";

    private readonly TestCli _cli = new();
    private OrchestrationClient _api = null!;
    private ServerHost _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Project => Path.Combine(_cli.Folder, "prefect.yaml");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_cli.Home, "server"));
        _server = ServerHost.Build(new ServerOptions { Home = Path.Combine(_cli.Home, "server"), Port = 0, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await _server.StartAsync(Ct);
        _cli.Environment["REEVE_API_URL"] = _server.Address + "/api";
        _api = new OrchestrationClient(new ApiConnection(new ReeveSettings(name => _cli.Environment.GetValueOrDefault(name), new Profile("", new Dictionary<string, string>())), RetryPolicy.Interactive));
        _cli.Folder = Path.Combine(_cli.Home, "project");
        Write("flows/hello.py", "from prefect import flow\n\n@flow(name=\"Say Hello\")\ndef hello(name: str = 'you'):\n    print(name)\n");
        Write("flows/other.py", "@flow\ndef count_sheep():\n    pass\n");
    }

    [Fact]
    public async Task Folder_without_anything_is_led_to_a_deployment_a_pool_and_a_project_file()
    {
        var result = await _cli.AnswerAsync(
        [
            "1", // the flow hello
            "nightly",
            "y", "2", "0 6 * * *", "Europe/Berlin", "y", "n", // a cron schedule, active, no other
            "y", "process", "mine", // no pool yet: make one
            "n", // the code stays here
            "y", // save
        ], [], "deploy");

        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("Created work pool 'mine' of type 'process'.", result.Error, StringComparison.Ordinal);
        Assert.Contains("Deployed 'Say Hello/nightly' to work pool 'mine', with a schedule.", result.Output, StringComparison.Ordinal);
        var deployed = (await _api.FindDeploymentAsync("Say Hello", "nightly", Ct))!;
        Assert.Equal("flows/hello.py:hello", deployed.Entrypoint);
        var reading = await ProjectReader.ReadFileAsync(Project, Ct);
        Assert.Empty(reading.Faults);
        var saved = Assert.Single(reading.Project!.Deployments);
        Assert.Equal(("nightly", "flows/hello.py:hello", "mine"), (saved.Name, saved.Entrypoint, saved.WorkPoolName));
        Assert.Equal("Europe/Berlin", (string?)Assert.Single(saved.Schedules!).Schedule["timezone"]);

        Assert.Contains("Deployed 'Say Hello/nightly'", (await OkAsync("deploy", "-n", "nightly")).Output, StringComparison.Ordinal);
        Assert.Equal(deployed.Id, (await _api.FindDeploymentAsync("Say Hello", "nightly", Ct))!.Id);
    }

    [Fact]
    public async Task Private_repository_is_detected_and_its_token_becomes_a_secret_block()
    {
        await OkAsync("work-pool", "create", "p");
        Git("init", "-q", "-b", "trunk");
        Git("remote", "add", "origin", "https://me:embedded@git.example/team/flows.git");

        var result = await _cli.AnswerAsync(["1", "My Deployment!", "n", "", "y", "y", "y", "y", "n"], [Token], "deploy");

        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("? Is https://git.example/team/flows.git the correct URL to pull your flow code from? [y/n] (y): ", result.Error, StringComparison.Ordinal);
        Assert.Contains("? Is trunk the correct branch to pull your flow code from? [y/n] (y): ", result.Error, StringComparison.Ordinal);
        Assert.Contains("? Is this a private repository? [y/n]: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, result.Error + result.Output, StringComparison.Ordinal);
        var block = await _api.FindBlockDocumentAsync("secret", "deployment-my-deployment-say-hello-repo-token", includeSecrets: true, Ct);
        Assert.Equal(Token, block!.Data.GetProperty("value").GetString());
        var deployed = (await _api.FindDeploymentAsync("Say Hello", "My Deployment!", Ct))!;
        Assert.Equal("""[{"prefect.deployments.steps.git_clone":{"repository":"https://git.example/team/flows.git","branch":"trunk","access_token":"{{ prefect.blocks.secret.deployment-my-deployment-say-hello-repo-token }}"}}]""",
            Compact(deployed.PullSteps));
        Assert.False(File.Exists(Project));
    }

    [Fact]
    public async Task Every_answer_can_be_given_by_a_flag_where_nobody_can_be_asked()
    {
        _cli.Environment["CI_GIT_TOKEN"] = Token;

        var result = await OkAsync("deploy", "flows/hello.py:hello", "-n", "ci", "-p", "made", "--create-pool", "process", "--interval", "60", "--repository", "git@git.example:team/flows.git",
            "--branch", "main", "--token-from-env", "CI_GIT_TOKEN", "--save", "-v", "1.2", "-t", "a", "--param", "name=x");

        Assert.DoesNotContain("?", result.Error, StringComparison.Ordinal);
        Assert.NotNull(await _api.FindBlockDocumentAsync("secret", "deployment-ci-say-hello-repo-token", includeSecrets: false, Ct));
        var text = await File.ReadAllTextAsync(Project, Ct);
        Assert.Contains("repository: https://git.example/team/flows.git\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
        var reading = ProjectReader.Read("prefect.yaml", text);
        Assert.Empty(reading.Faults);
        Assert.Equal(("1.2", "made"), (reading.Project!.Deployments[0].Version, reading.Project.Deployments[0].WorkPoolName));
        await OkAsync("deploy", "--all");
    }

    [Theory]
    [InlineData("--name", "deploy", "flows/hello.py:hello", "-p", "p")]
    [InlineData("--token-from-env", "deploy", "flows/hello.py:hello", "-n", "x", "-p", "p", "--repository", "https://git.example/a.git", "--private")]
    [InlineData("--bucket", "deploy", "flows/hello.py:hello", "-n", "x", "-p", "p", "--storage", "s3")]
    [InlineData("--storage-credentials", "deploy", "flows/hello.py:hello", "-n", "x", "-p", "p", "--storage", "azure", "--container", "c")]
    [InlineData("-p POOL", "deploy")]
    [InlineData("--repository", "deploy", "flows/hello.py:hello", "-n", "x", "-p", "p", "--token-from-env", "NO")]
    public async Task Missing_answer_names_its_flag_and_nothing_waits(string flag, params string[] args)
    {
        await OkAsync("work-pool", "create", "p");

        var result = await _cli.RunAsync(args);

        Assert.NotEqual(0, result.Code);
        Assert.Contains(flag, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_ends_in_the_middle_names_the_flag()
    {
        var result = await _cli.AnswerAsync(["1"], [], "deploy");

        Assert.Equal(2, result.Code);
        Assert.Contains("the input ended at the question \"Deployment name\"", result.Error, StringComparison.Ordinal);
        Assert.Contains("--name NAME", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_that_fails_leaves_no_token_behind()
    {
        _cli.Environment["CI_GIT_TOKEN"] = Token;

        var result = await _cli.RunAsync("deploy", "flows/hello.py:hello", "-n", "x", "-p", "nowhere", "--repository", "https://git.example/a.git", "--token-from-env", "CI_GIT_TOKEN", "--save");

        Assert.Equal(1, result.Code);
        Assert.Contains("there is no work pool 'nowhere'", result.Error, StringComparison.Ordinal);
        Assert.Null(await _api.FindBlockDocumentAsync("secret", "deployment-x-say-hello-repo-token", includeSecrets: false, Ct));
        Assert.False(File.Exists(Project));
    }

    [Fact]
    public async Task Options_on_a_deployment_of_the_file_are_saved_when_the_person_says_so()
    {
        const string Text = "# mine\npull: []   # nothing\ndeployments:\n- name: a   # the first\n  entrypoint: flows/hello.py:hello\n  work_pool: &pool\n    name: p\n\n- name: b\n  entrypoint: flows/other.py:count_sheep\n  work_pool: *pool\n";
        await OkAsync("work-pool", "create", "p");
        Write("prefect.yaml", Text);

        await OkAsync("deploy", "-n", "a", "--cron", "5 * * * *");
        Assert.Equal(Text, await File.ReadAllTextAsync(Project, Ct));
        Assert.Equal(0, (await _cli.AnswerAsync(["n"], [], "deploy", "-n", "a", "--cron", "5 * * * *")).Code);
        Assert.Equal(Text, await File.ReadAllTextAsync(Project, Ct));
        Assert.Equal(0, (await _cli.AnswerAsync(["y"], [], "deploy", "-n", "a", "--cron", "5 * * * *", "-d", "Often")).Code);
        Assert.Contains("saved", (await OkAsync("deploy", "-n", "b", "--version", "2.0", "--save")).Output, StringComparison.Ordinal);

        var changed = await File.ReadAllTextAsync(Project, Ct);
        Assert.Contains("- name: a   # the first\n", changed, StringComparison.Ordinal);
        Assert.Contains("  work_pool: *pool\n  version: \"2.0\"\n", changed, StringComparison.Ordinal);
        Assert.Contains("  description: Often\n  schedule:\n    cron: \"5 * * * *\"\n", changed, StringComparison.Ordinal);
        await OkAsync("deploy", "--all");
    }

    [Fact]
    public async Task Save_that_would_change_others_is_refused_with_what_to_write()
    {
        const string Text = "pull: []\ndeployments:\n- name: a\n  entrypoint: flows/hello.py:hello\n  work_pool: &pool\n    name: p\n- name: b\n  entrypoint: flows/other.py:count_sheep\n  work_pool: *pool\n";
        await OkAsync("work-pool", "create", "p");
        await OkAsync("work-pool", "create", "q");
        Write("prefect.yaml", Text);

        var result = await _cli.RunAsync("deploy", "-n", "a", "--pool", "q", "--save");

        Assert.Equal(1, result.Code);
        Assert.Contains("left as it is", result.Error, StringComparison.Ordinal);
        Assert.Contains("- name: a\n  entrypoint: flows/hello.py:hello\n  work_pool:\n    name: q\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(Text, await File.ReadAllTextAsync(Project, Ct));
    }

    [Fact]
    public async Task Work_pool_that_the_file_does_not_name_is_asked_for()
    {
        await OkAsync("work-pool", "create", "p");
        Write("prefect.yaml", "pull: []\ndeployments:\n- name: a\n  entrypoint: flows/hello.py:hello\n  work_pool:\n    name:   # which?\n");

        var result = await _cli.AnswerAsync(["p", "y"], [], "deploy", "-n", "a");

        Assert.True(result.Code == 0, result.Error);
        Assert.Equal("pull: []\ndeployments:\n- name: a\n  entrypoint: flows/hello.py:hello\n  work_pool:\n    name: p   # which?\n", await File.ReadAllTextAsync(Project, Ct));
    }

    [Fact]
    public async Task Image_is_built_for_pools_that_use_images_and_failure_hands_the_answers_back()
    {
        await OkAsync("work-pool", "create", "d", "--type", "docker");
        Write("Dockerfile", "FROM scratch\n");

        var result = await _cli.AnswerAsync(["1", "img", "n", "1", "y", "y", "registry.example.com/team", "", "1.0", "y", "n", "n"], [], "deploy", "--param", "unknown=1");

        Assert.Equal(1, result.Code);
        Assert.Contains("Nothing was deployed. What was answered, as an entry of 'deployments' in a project file:\n\n- name: img\n  entrypoint: flows/hello.py:hello\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("      image_name: registry.example.com/team/img\n      tag: \"1.0\"\n      dockerfile: Dockerfile\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("      image: \"{{ build_image.image }}\"\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("  push:\n  - prefect_docker.deployments.steps.push_docker_image:\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cloud_storage_is_offered_with_the_credentials_that_are_there()
    {
        await OkAsync("work-pool", "create", "p");
        Write("aws.json", """{"aws_access_key_id": "k", "aws_secret_access_key": "s"}""");
        await OkAsync("block", "create", "aws-credentials", "-n", "store", "--data-file", Path.Combine(_cli.Folder, "aws.json"));

        var result = await _cli.AnswerAsync(["1", "s", "n", "p", "y", "2", "code", "sub/folder", "store"], [], "deploy", "--param", "unknown=1");

        // A parameter that the flow has not keeps it from being pushed; what was asked for stands in what is handed back.
        Assert.Equal(1, result.Code);
        Assert.Contains("  - prefect_aws.deployments.steps.push_to_s3:\n      id: push_code\n      requires: prefect-aws>=0.3.4\n      bucket: code\n      folder: sub/folder\n      credentials: \"{{ prefect.blocks.aws-credentials.store }}\"\n",
            result.Error, StringComparison.Ordinal);
        Assert.Contains("      folder: \"{{ push_code.folder }}\"\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Existing_deployment_can_be_chosen_from_a_table_or_a_new_one_be_made_beside_it()
    {
        await OkAsync("work-pool", "create", "p");
        Write("prefect.yaml", "pull: []\n\ndeployments:\n- name: a\n  entrypoint: flows/hello.py:hello\n  work_pool: {name: p}\n# end\n");

        var old = await _cli.AnswerAsync(["y"], [], "deploy");
        Assert.Contains("Deployed 'Say Hello/a'", old.Output, StringComparison.Ordinal);
        var fresh = await _cli.AnswerAsync(["n", "2", "b", "n", "1", "y"], [], "deploy");
        Assert.True(fresh.Code == 0, fresh.Error);
        Assert.Contains("Deployed 'count-sheep/b'", fresh.Output, StringComparison.Ordinal);

        Assert.Equal("pull: []\n\ndeployments:\n- name: a\n  entrypoint: flows/hello.py:hello\n  work_pool: {name: p}\n- name: b\n  entrypoint: flows/other.py:count_sheep\n  work_pool:\n    name: p\n# end\n",
            await File.ReadAllTextAsync(Project, Ct));
        Assert.Equal(2, (await _api.FindDeploymentsAsync(new Protocol.Filters.Query { Limit = 10 }, Ct)).Count);
    }

    [Theory]
    [InlineData("--render writes nothing, and --create-pool does", "--render", "--create-pool", "process")]
    [InlineData("--private and --public exclude each other", "--private", "--public")]
    [InlineData("the code comes from one place", "--repository", "https://a.example/b.git", "--local")]
    [InlineData("--bucket needs --storage", "--bucket", "b")]
    [InlineData("--push-image needs --build-image", "--push-image")]
    [InlineData("--storage is 'ftp'", "--storage", "ftp")]
    [InlineData("--collision-strategy needs --concurrency-limit", "--collision-strategy", "ENQUEUE")]
    [InlineData("whose runs are started from images", "--build-image", "x:1")]
    [InlineData("is not an address", "--repository", "ext::sh -c x")]
    [InlineData("tokens are sent to https addresses only", "--repository", "http://git.example/a.git", "--token-from-env", "CI_GIT_TOKEN")]
    public async Task Options_that_make_no_sense_together_are_refused_before_anything_is_done(string message, params string[] options)
    {
        _cli.Environment["CI_GIT_TOKEN"] = Token;
        await OkAsync("work-pool", "create", "p");

        var result = await _cli.RunAsync(["deploy", "flows/hello.py:hello", "-n", "x", "-p", "p", .. options]);

        Assert.NotEqual(0, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(await _api.FindDeploymentsAsync(new Protocol.Filters.Query { Limit = 10 }, Ct));
    }

    [Fact]
    public async Task Old_line_without_a_project_file_works_as_documented()
    {
        await OkAsync("work-pool", "create", "my-pool");

        await OkAsync("deploy", "flows/hello.py:hello", "-n", "x", "-p", "my-pool", "--variable", "env={\"A\": \"1\"}", "-v", "mem=2", "-cl", "3", "--collision-strategy", "CANCEL_NEW");

        var deployed = (await _api.FindDeploymentAsync("Say Hello", "x", Ct))!;
        Assert.Equal("""{"env":{"A":"1"},"mem":2}""", Compact(deployed.JobVariables));
        Assert.Equal(_cli.Folder, deployed.PullSteps!.Value[0].GetProperty("prefect.deployments.steps.set_working_directory").GetProperty("directory").GetString());
    }

    [Fact]
    public async Task Init_asks_for_recipe_and_fields_and_leaves_what_is_there()
    {
        var result = await _cli.AnswerAsync(["docker", "registry.example.com/flows", ""], [], "init", "--name", "mine");

        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("No, I'll use the default deployment configuration.", result.Error, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(Project, Ct);
        Assert.Contains("    image_name: registry.example.com/flows\n    tag: latest\n", text, StringComparison.Ordinal);
        Assert.Contains("#   flows/hello.py:hello\n", text, StringComparison.Ordinal);
        Assert.Contains("Nothing was written", (await OkAsync("init", "--recipe", "local")).Output, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(Project, Ct));
        Assert.Contains("docker-azure", (await _cli.RunAsync("init", "--recipe", "dokcer")).Error, StringComparison.Ordinal);
        Assert.Contains("--field bucket=VALUE", (await _cli.RunAsync("init", "--recipe", "s3")).Error, StringComparison.Ordinal);
        Assert.Contains("docker-gcs", (await OkAsync("project", "recipe", "ls")).Output, StringComparison.Ordinal);
    }

    private async Task<CliResult> OkAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)}: {result.Error}");
        return result;
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_cli.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _cli.Folder })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }

    private static string Compact(JsonElement? json) => System.Text.Json.Nodes.JsonNode.Parse(json!.Value.GetRawText())!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public async ValueTask DisposeAsync()
    {
        _api.Connection.Dispose();
        await _server.DisposeAsync();
        _cli.Dispose();
    }
}
