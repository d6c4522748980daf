using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Git;

public sealed class GitSshTests : IAsyncLifetime
{
    private readonly StepBench _bench = new();
    private readonly GitHost _files = new();
    private readonly SshHost _host = SshHost.StartOrSkip();

    public ValueTask InitializeAsync()
    {
        _files.Commit("deployments", "master", ("flows/hello.cs", "// one"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _files.DisposeAsync();
        await _host.DisposeAsync();
    }

    private string Clone(JsonObject? credentials, string? address = null)
    {
        var inputs = new JsonObject { ["repository"] = address ?? _host.AddressOf(_files.BareOf("deployments")), ["credentials"] = credentials };
        return new JsonArray(new JsonObject { ["prefect.deployments.steps.git_clone"] = inputs }).ToJsonString();
    }

    [Fact]
    public async Task Key_of_the_credentials_opens_the_repository_and_leaves_no_trace()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "reeve-ssh-*");
        await _bench.RunAsync(Clone(new() { ["ssh_private_key"] = _host.UserKey, ["known_hosts"] = _host.KnownHosts }));

        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At("deployments", "flows", "hello.cs")));
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "reeve-ssh-*").Except(before));
        var secret = _host.UserKey.Split('\n')[1];
        foreach (var file in Directory.EnumerateFiles(_bench.Folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(secret, File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_that_is_not_let_in_is_told()
    {
        var message = await _bench.FailAsync(Clone(new() { ["ssh_private_key"] = _host.StrangerKey, ["known_hosts"] = _host.KnownHosts }));

        Assert.Contains("the server refused the ssh key", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Server_whose_key_is_not_known_is_not_spoken_to()
    {
        var message = await _bench.FailAsync(Clone(new() { ["ssh_private_key"] = _host.UserKey, ["known_hosts"] = "other.example " + _host.KnownHosts.Split(' ', 2)[1] }));

        Assert.Contains("the server's ssh host key is not known here", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_with_another_key_than_the_known_one_is_not_spoken_to()
    {
        var impostor = _host.KnownHosts.Replace(_host.KnownHosts.Split(' ')[2], OtherPublicKey(), StringComparison.Ordinal);

        Assert.Contains("another ssh host key than the known one", await _bench.FailAsync(Clone(new() { ["ssh_private_key"] = _host.UserKey, ["known_hosts"] = impostor })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "is not a private key")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nx\n-----END RSA PRIVATE KEY-----", "is locked by a passphrase")]
    public async Task Key_that_cannot_work_is_told(string key, string why) => Assert.Contains(why, await _bench.FailAsync(Clone(new() { ["ssh_private_key"] = key })), StringComparison.Ordinal);

    [Fact]
    public async Task Key_beside_an_https_address_is_told() =>
        Assert.Contains("is not an ssh address", await _bench.FailAsync(Clone(new() { ["ssh_private_key"] = _host.UserKey }, "https://git.example/a.git")), StringComparison.Ordinal);

    private string OtherPublicKey() => Convert.ToBase64String([.. Convert.FromBase64String(_host.KnownHosts.Split(' ')[2])[..^1], 1]);
}
