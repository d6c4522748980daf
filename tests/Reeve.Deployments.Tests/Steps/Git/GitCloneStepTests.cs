using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Git;

public sealed class GitCloneStepTests : IAsyncLifetime
{
    private readonly StepBench _bench = new();
    private readonly GitHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Commit("deployments", "master", ("flows/hello.cs", "// one"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _host.DisposeAsync();
    }

    private string Clone(string more, string? repository = null) =>
        "[{\"prefect.deployments.steps.git_clone\": {\"repository\": " + JsonValue.Create(repository ?? _host.Address).ToJsonString() + more + "}}]";

    private string Token => $", \"access_token\": \"{_host.Token}\"";

    [Fact]
    public async Task Story_of_the_script_token_works_word_for_word()
    {
        // The file of the story; `az` is a program of ours that prints the token, and the repository is on loopback.
        var project = ProjectReader.Read("prefect.yaml", $$$"""
            pull:
            - prefect.deployments.steps.run_shell_script:
                id: get-access-token
                script: az keyvault secret show --name mysecret --vault-name secretkeyvault --query "value" --output tsv
                stream_output: false # We don't want to expose the credential
            - prefect.deployments.steps.git_clone:
                repository: {{{_host.Address}}}
                branch: master
                access_token: "{{ get-access-token.stdout }}"
            """);
        Assert.Empty(project.Faults);
        var tools = _bench.Folder.At("tools");
        var az = _bench.Folder.Write("tools/az", $"#!/bin/sh\n[ \"$*\" = \"keyvault secret show --name mysecret --vault-name secretkeyvault --query value --output tsv\" ] && echo {_host.Token}\n");
        File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", tools + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));

        var outputs = await _bench.RunAsync(project.Project!.Pull.ToJson().ToJsonString());

        Assert.Equal("deployments-master", (string?)outputs["directory"]);
        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At("deployments-master", "flows", "hello.cs")));
        Assert.Equal(
        [
            " > Running run_shell_script step...",
            " > Running git_clone step...",
            "Cloning into 'deployments-master'...",
            $"Cloned repository '{_host.Address}' into 'deployments-master'",
        ], _bench.Lines);
        AssertNowhere();
    }

    [Fact]
    public async Task Story_of_the_secret_block_works_word_for_word()
    {
        _bench.Blocks["secret/bitcred"] = new BlockData(new JsonObject { ["value"] = _host.Token }, ["value"]);

        var outputs = await _bench.RunAsync($$$$"""
            [{"prefect.projects.steps.git_clone_project": {"repository": "{{{{_host.Address}}}}", "branch": "master", "access_token": "{{ prefect.blocks.secret.bitcred }}"}}]
            """);

        Assert.Equal("deployments-master", (string?)outputs["directory"]);
        Assert.Contains(" > Running git_clone_project step...", _bench.Lines);
        AssertNowhere();
    }

    [Theory]
    [InlineData("""{"token": "TOKEN"}""", "TOKEN")]
    [InlineData("""{"username": "me", "token": "TOKEN"}""", "me")]
    [InlineData("""{"username": "me", "password": "TOKEN"}""", "me")]
    [InlineData("""{"token": {"value": "oauth2:TOKEN"}}""", "oauth2")]
    public async Task Credentials_are_presented_as_the_host_wants_them(string credentials, string user)
    {
        await _bench.RunAsync(Clone($", \"credentials\": {credentials.Replace("TOKEN", _host.Token, StringComparison.Ordinal)}"));

        Assert.All(_host.Users, name => Assert.Equal(user.Replace("TOKEN", _host.Token, StringComparison.Ordinal), name));
        Assert.NotEmpty(_host.Users);
        AssertNowhere();
    }

    [Fact]
    public async Task Credential_in_the_address_is_used_and_taken_out_of_it()
    {
        await _bench.RunAsync(Clone("", _host.Address.Replace("http://", $"http://x-token-auth:{_host.Token}@", StringComparison.Ordinal)));

        Assert.Equal(_host.Address, GitHost.Git(_bench.Folder.At("deployments"), "remote", "get-url", "origin"));
        Assert.Contains($"Cloned repository '{_host.Address}' into 'deployments'", _bench.Lines);
        AssertNowhere();
    }

    [Fact]
    public async Task Clone_that_is_there_is_brought_up_to_date()
    {
        await _bench.RunAsync(Clone(Token + ", \"branch\": \"master\""));
        _bench.Folder.Write("deployments-master/flows/hello.cs", "// touched by the last run");
        _host.Commit("deployments", "master", ("flows/hello.cs", "// two"));

        await _bench.RunAsync(Clone(Token + ", \"branch\": \"master\""));

        Assert.Equal("// two", File.ReadAllText(_bench.Folder.At("deployments-master", "flows", "hello.cs")));
        Assert.Contains($"Updated 'deployments-master' from repository '{_host.Address}'", _bench.Lines);
        AssertNowhere();
    }

    [Fact]
    public async Task Damaged_clone_is_made_anew()
    {
        await _bench.RunAsync(Clone(Token));
        Directory.Delete(_bench.Folder.At("deployments", ".git", "objects"), recursive: true);
        // The folder around it is a repository too: git looks there for one when the inner is damaged, and must not find it.
        GitHost.Git(_bench.Folder.Path, "init", "-q");
        _bench.Folder.Write("mine.txt", "not committed");

        await _bench.RunAsync(Clone(Token));

        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At("deployments", "flows", "hello.cs")));
        Assert.Equal("not committed", File.ReadAllText(_bench.Folder.At("mine.txt")));
        Assert.False(File.Exists(_bench.Folder.At(".git", "FETCH_HEAD")));
    }

    [Fact]
    public async Task Clone_of_another_repository_is_left_alone()
    {
        GitHost.Git(_bench.Folder.Path, "init", "-q", "deployments");
        GitHost.Git(_bench.Folder.At("deployments"), "remote", "add", "origin", "https://u:hidden-pass@elsewhere.example/deployments.git");

        var message = await _bench.FailAsync(Clone(Token));

        Assert.Equal("git_clone: 'deployments' already holds a clone of another repository ('https://elsewhere.example/deployments.git'); move it away", message);
    }

    [Fact]
    public async Task Submodules_of_the_same_host_get_the_credential()
    {
        _host.Commit("shared", "master", ("lib.txt", "shared"));
        _host.AddSubmodule("deployments", "../shared.git", "lib", "shared");

        await _bench.RunAsync(Clone(Token + ", \"include_submodules\": true"));

        Assert.Equal("shared", File.ReadAllText(_bench.Folder.At("deployments", "lib", "lib.txt")));

        File.Delete(_bench.Folder.At("deployments", "lib", "lib.txt"));
        await _bench.RunAsync(Clone(Token + ", \"include_submodules\": true"));

        Assert.Equal("shared", File.ReadAllText(_bench.Folder.At("deployments", "lib", "lib.txt")));
        Assert.Contains($"Updated 'deployments' from repository '{_host.Address}'", _bench.Lines);
        AssertNowhere();
    }

    [Fact]
    public async Task Refused_credential_is_told_with_the_repository_and_without_the_credential()
    {
        var message = await _bench.FailAsync(Clone(", \"access_token\": \"wrong-token-123\""));

        Assert.StartsWith($"git_clone: could not clone '{_host.Address}': the server refused the credential (git says:", message, StringComparison.Ordinal);
        AssertNoneOf(message + string.Join('\n', _bench.Lines), "wrong-token-123");
        Assert.False(Directory.Exists(_bench.Folder.At("deployments")));
    }

    [Fact]
    public async Task Missing_credential_is_told() =>
        Assert.StartsWith($"git_clone: could not clone '{_host.Address}': the server asks for a credential and none was given", await _bench.FailAsync(Clone("")), StringComparison.Ordinal);

    [Fact]
    public async Task Wrong_branch_is_told_with_the_nearest()
    {
        var message = await _bench.FailAsync(Clone(Token + ", \"branch\": \"mastr\""));

        Assert.Equal($"git_clone: could not clone '{_host.Address}': it has no branch or tag 'mastr'; did you mean 'master'?", message);
    }

    [Fact]
    public async Task Unknown_repository_is_told()
    {
        var message = await _bench.FailAsync(Clone(Token, _host.AddressOf("nothing")));

        Assert.StartsWith($"git_clone: could not clone '{_host.AddressOf("nothing")}': the server knows no such repository, or the credential may not read it", message, StringComparison.Ordinal);
        AssertNoneOf(message, _host.Token);
    }

    [Fact]
    public async Task Unreachable_server_is_told()
    {
        var address = _host.Address;
        await _host.StopAsync();

        Assert.StartsWith($"git_clone: could not clone '{address}': the server cannot be reached", await _bench.FailAsync(Clone(Token, address)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--upload-pack=touch pwned", "", "a repository cannot begin with '-'")]
    [InlineData("ext::sh -c touch% pwned", "", "run programs and are not accepted")]
    [InlineData("http://x/y\ny", "", "control character")]
    [InlineData("http://127.0.0.1/", "", "does not end in a name")]
    [InlineData("ssh://git:pw-1@127.0.0.1/a/b", "", "a password in an address is of no use outside of https")]
    [InlineData("http://127.0.0.1/a/..", "", "does not end in a name")]
    [InlineData(null, ", \"branch\": \"--upload-pack=x\"", "is not the name of a branch or tag")]
    [InlineData(null, ", \"branch\": \"a:b\"", "is not the name of a branch or tag")]
    [InlineData(null, ", \"access_token\": \"\"", "the access token is empty")]
    [InlineData(null, ", \"access_token\": \"t\", \"credentials\": {\"token\": \"t\"}", "not both")]
    [InlineData(null, ", \"credentials\": {\"user\": \"t\"}", "neither a 'token' nor a 'password'")]
    public async Task Value_that_could_become_an_option_or_a_command_is_refused(string? repository, string more, string why)
    {
        Assert.Contains(why, await _bench.FailAsync(Clone(more, repository)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    private void AssertNowhere()
    {
        Assert.Contains(_host.CommandLines.Keys, line => line.Contains("git", StringComparison.Ordinal)); // it did look while git ran
        AssertNoneOf(string.Join('\n', _host.CommandLines.Keys), _host.Token);
        AssertNoneOf(string.Join('\n', _bench.Lines), _host.Token);
        foreach (var file in Directory.EnumerateFiles(_bench.Folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/tools/", StringComparison.Ordinal)))
            AssertNoneOf(Encoding.Latin1.GetString(File.ReadAllBytes(file)), _host.Token);
    }

    private static void AssertNoneOf(string text, string secret)
    {
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), text, StringComparison.Ordinal);
    }
}
