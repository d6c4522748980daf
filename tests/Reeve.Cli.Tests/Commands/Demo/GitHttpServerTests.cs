using System.Diagnostics;
using System.Net;
using Reeve.Cli.Commands.Demo;

namespace Reeve.Cli.Tests.Commands.Demo;

public sealed class GitHttpServerTests : IAsyncLifetime
{
    private const string Token = "t0k3n-of-the-test";
    private readonly string _folder = Directory.CreateTempSubdirectory("reeve-git-").FullName;
    private GitHttpServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var example = Path.Combine(_folder, "example");
        Directory.CreateDirectory(Path.Combine(example, "flows"));
        await File.WriteAllTextAsync(Path.Combine(example, "prefect.yaml"), "repository: http://127.0.0.1:PORT/private/deployments.git\n");
        await File.WriteAllTextAsync(Path.Combine(example, "flows", "hello.cs"), "// " + new string('x', 200_000));
        _server = await GitHttpServer.StartAsync(Path.Combine(_folder, "git"), Token, CancellationToken.None);
        await PrivateRepository.MakeAsync(example, Path.Combine(_folder, "checkout"), Path.Combine(_folder, "git"), _server.Port, CancellationToken.None);
    }

    [Fact]
    public async Task An_anonymous_clone_is_refused()
    {
        var (code, error) = await GitAsync("clone", $"{_server.Address}/private/deployments.git", Path.Combine(_folder, "anonymous"));
        Assert.NotEqual(0, code);
        Assert.Contains("could not read Username", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "anonymous", "flows")));
    }

    [Theory]
    [InlineData("x-token-auth:" + Token)]
    [InlineData("oauth2:" + Token)]
    [InlineData(Token + ":x-oauth-basic")]
    [InlineData(Token + ":")]
    public async Task The_token_opens_it_in_every_usual_form(string login)
    {
        var target = Path.Combine(_folder, "clone");
        var (code, error) = await GitAsync("clone", "--depth", "1", "--branch", "master", $"http://{login}@127.0.0.1:{_server.Port}/private/deployments.git", target);
        Assert.True(code == 0, error);
        Assert.Equal($"repository: http://127.0.0.1:{_server.Port}/private/deployments.git\n", await File.ReadAllTextAsync(Path.Combine(target, "prefect.yaml"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic bm9ib2R5Om5vdGhpbmc=")]
    [InlineData("Basic !!!")]
    [InlineData("Bearer " + Token)]
    public async Task Anything_else_gets_401(string? header)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_server.Address}/private/deployments.git/info/refs?service=git-upload-pack");
        if (header is not null)
            request.Headers.TryAddWithoutValidation("Authorization", header);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task<(int Code, string Error)> GitAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _folder };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        git.StandardInput.Close();
        var error = await git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (git.ExitCode, error);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
