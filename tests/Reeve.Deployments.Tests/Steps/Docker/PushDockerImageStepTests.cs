using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Docker;

namespace Reeve.Deployments.Tests.Steps.Docker;

/// <summary>Images pushed by a real engine into a real registry that asks who it is.</summary>
public sealed class PushDockerImageStepTests(SharedDockerHost shared) : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private DockerHost _host = null!;
    private ImageRegistry _registry = null!;
    private DockerBench _bench = null!;
    private string _config = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Repository => $"{_registry.Address}/team/etl";

    public async ValueTask InitializeAsync()
    {
        _host = await shared.GetAsync();
        _registry = await ImageRegistry.StartAsync();
        _bench = new DockerBench(name => name == "DOCKER_CONFIG" ? _config : _host.Variable(name));
        _config = _bench.Folder.At("config");
        _bench.Folder.Write("app/Dockerfile", $"FROM {DockerHost.Base}\nRUN echo {Guid.NewGuid()} > /x\n");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _bench.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Image_and_its_tags_are_in_the_registry_under_the_digest_that_is_given()
    {
        _bench.Blocks["docker-registry-credentials/ci"] = new BlockData(
            new JsonObject { ["username"] = ImageRegistry.User, ["password"] = ImageRegistry.Password, ["registry_url"] = $"http://{_registry.Address}", ["reauth"] = true }, ["password"]);
        await BuildAsync();

        var outputs = await _bench.PushAsync($$$"""{"image_name": "{{{Repository}}}", "tag": "v1", "additional_tags": ["latest"], "credentials": "{{ prefect.blocks.docker-registry-credentials.ci }}"}""");

        Assert.Equal((Repository, "v1", $"{Repository}:v1"), ((string?)outputs["image_name"], (string?)outputs["tag"], (string?)outputs["image"]));
        var digest = (string?)outputs["digest"];
        Assert.StartsWith("sha256:", digest, StringComparison.Ordinal);
        Assert.Equal((digest, digest), (await DigestAsync("v1"), await DigestAsync("latest")));
        Assert.Contains($"v1: digest: {digest}", _bench.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(ImageRegistry.Password, _bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_password_is_said_and_not_shown()
    {
        await BuildAsync();

        var message = await _bench.PushFailsAsync($$"""{"image_name": "{{Repository}}", "tag": "v1", "credentials": {"username": "pusher", "password": "wr0ng-pass", "registry_url": "{{_registry.Address}}"} }""");

        Assert.StartsWith($"push_docker_image: the registry '{_registry.Address}' does not let 'pusher' in: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-pass", message + _bench.Log, StringComparison.Ordinal);

        var unchecked_ = await _bench.PushFailsAsync($$"""{"image_name": "{{Repository}}", "tag": "v1", "credentials": {"username": "pusher", "password": "wr0ng-pass", "registry_url": "{{_registry.Address}}", "reauth": false} }""");
        Assert.StartsWith($"push_docker_image: '{Repository}:v1' was not pushed: ", unchecked_, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_credentials_it_says_what_to_do()
    {
        await BuildAsync();

        Assert.EndsWith($"; give 'credentials' (username, password, registry_url), or run 'docker login {_registry.Address}'", await _bench.PushFailsAsync($$"""{"image_name": "{{Repository}}", "tag": "v1"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auths")]
    [InlineData("credHelpers")]
    [InlineData("credsStore")]
    public async Task Login_of_the_docker_command_is_used(string kind)
    {
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ImageRegistry.User}:{ImageRegistry.Password}"));
        _bench.Folder.Write("config/config.json", kind switch
        {
            "auths" => $$"""{"auths": {"http://{{_registry.Address}}/v2/": {"auth": "{{pair}}"} } }""",
            "credHelpers" => $$"""{"credHelpers": {"{{_registry.Address}}": "reeve-test-{{Unique}}"} }""",
            _ => $$"""{"credsStore": "reeve-test-{{Unique}}"}""",
        });
        var helper = Helper(_bench.Folder.At("programs"), _bench.Folder.At("seen"), $"docker-credential-reeve-test-{Unique}");
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:{helper}"); // one folder more disturbs no test beside this one
        await BuildAsync();

        var outputs = await _bench.PushAsync($$"""{"image_name": "{{Repository}}", "tag": "v1"}""");

        Assert.Equal((string?)outputs["digest"], await DigestAsync("v1"));
        if (kind != "auths")
            Assert.Contains($"get {_registry.Address}", await File.ReadAllTextAsync(_bench.Folder.At("seen"), Ct), StringComparison.Ordinal); // the name came by standard input
    }

    [Fact]
    public async Task Credential_program_that_fails_or_is_missing_is_named()
    {
        _bench.Folder.Write("config/config.json", """{"credsStore": "not-there-at-all"}""");
        await BuildAsync();

        Assert.Contains("in 'docker-credential-not-there-at-all', which cannot be started", await _bench.PushFailsAsync($$"""{"image_name": "{{Repository}}", "tag": "v1"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"username": "u", "password": "p4ssw0rd", "registry_url": "acme.azurecr.io"}""", "'credentials' are for the registry 'acme.azurecr.io', but 'NAME' goes to 'HOST'; call the image 'acme.azurecr.io/team/etl'")]
    [InlineData("""{"username": "u"}""", "input 'credentials' lacks the password")]
    [InlineData("""{"user": "u", "password": "p4ssw0rd"}""", "input 'credentials' has no 'user'")]
    [InlineData("\"just-text\"", "input 'credentials' is no login")]
    public async Task Credentials_that_do_not_fit_are_refused_before_anything_is_sent(string credentials, string why)
    {
        var message = await _bench.PushFailsAsync($$"""{"image_name": "{{Repository}}", "tag": "v1", "credentials": {{credentials}}}""");

        Assert.Contains(why.Replace("NAME", Repository, StringComparison.Ordinal).Replace("HOST", _registry.Address, StringComparison.Ordinal), message, StringComparison.Ordinal);
        Assert.DoesNotContain("p4ssw0rd", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_that_was_not_built_and_registry_that_is_away_are_said()
    {
        Assert.EndsWith("build it in the same run: build_docker_image with this image_name and tag", await _bench.PushFailsAsync($$"""{"image_name": "{{Repository}}", "tag": "never"}"""), StringComparison.Ordinal);

        await _bench.BuildAsync("""{"image_name": "127.0.0.1:1/x", "tag": "1", "path": "app"}""");
        Assert.Contains("connection refused", await _bench.PushFailsAsync("""{"image_name": "127.0.0.1:1/x", "tag": "1"}"""), StringComparison.Ordinal);
    }

    private string Unique => Path.GetFileName(_bench.Folder.Path)[^6..];

    private Task BuildAsync() => _bench.BuildAsync($$"""{"image_name": "{{Repository}}", "tag": "v1", "additional_tags": ["latest"], "path": "app"}""");

    private async Task<string?> DigestAsync(string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"http://{_registry.Address}/v2/team/etl/manifests/{tag}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ImageRegistry.User}:{ImageRegistry.Password}")));
        request.Headers.Accept.ParseAdd("application/vnd.docker.distribution.manifest.v2+json");
        using var answer = await _http.SendAsync(request, Ct);
        return answer.Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>A credential program on PATH, as Docker's own are.</summary>
    private static string Helper(string folder, string seen, string name)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, $$"""
            #!/bin/sh
            read -r server
            echo "$1 $server" >> {{seen}}
            echo '{"ServerURL":"'$server'","Username":"{{ImageRegistry.User}}","Secret":"{{ImageRegistry.Password}}"}'
            """);
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32("700", 8));
        return folder;
    }
}
