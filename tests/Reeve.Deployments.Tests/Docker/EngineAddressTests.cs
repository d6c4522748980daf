using System.Security.Cryptography;
using System.Text;
using Reeve.Deployments.Docker;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Docker;

public sealed class EngineAddressTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly Dictionary<string, string> _variables = [];

    public EngineAddressTests() => _variables["HOME"] = _home.Path;

    public void Dispose() => _home.Dispose();

    private EngineAddress Find() => EngineAddress.Find(name => _variables.GetValueOrDefault(name));

    [Theory]
    [InlineData("unix:///run/user/1000/docker.sock", null, "unix:///run/user/1000/docker.sock")]
    [InlineData("tcp://build.example.com", null, "http://build.example.com:2375/")]
    [InlineData("tcp://build.example.com", "1", "https://build.example.com:2376/")]
    [InlineData("tcp://build.example.com:9999", "1", "https://build.example.com:9999/")]
    [InlineData("npipe:////./pipe/docker_engine", null, "npipe:////./pipe/docker_engine")]
    public void Host_is_taken_as_it_is_written(string host, string? verify, string address)
    {
        _variables["DOCKER_HOST"] = host;
        if (verify is not null)
            _variables["DOCKER_TLS_VERIFY"] = verify;

        Assert.Equal(address, Find().Uri.OriginalString);
        Assert.Equal(verify is not null, Find().Tls is not null);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", true)] // so Docker's own tools read it: whatever is set asks for it
    [InlineData(null, false)]
    public void Certificate_of_the_engine_goes_unchecked_only_where_nothing_asks_for_the_check(string? verify, bool isChecked)
    {
        _variables["DOCKER_HOST"] = "tcp://build.example.com";
        _variables["DOCKER_CERT_PATH"] = _home.Path;
        if (verify is not null)
            _variables["DOCKER_TLS_VERIFY"] = verify;

        Assert.Equal(isChecked, Find().Tls!.Verify);
    }

    [Theory]
    [InlineData("ssh://me@host", "is reached over ssh")]
    [InlineData("ftp://host", "'ftp' is none of unix, tcp, http, https, npipe")]
    [InlineData("nonsense", "is no address of a Docker engine; expected unix:///var/run/docker.sock")]
    public void Host_that_names_no_engine_is_refused(string host, string why)
    {
        _variables["DOCKER_HOST"] = host;

        Assert.Contains(why, Assert.Throws<DockerException>(Find).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Current_context_names_the_engine_and_its_certificates()
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("remote")));
        _home.Write(".docker/config.json", """{"currentContext": "remote"}""");
        _home.Write($".docker/contexts/meta/{id}/meta.json", """{"Name":"remote","Endpoints":{"docker":{"Host":"tcp://far:2376","SkipTLSVerify":false}}}""");
        _home.Write($".docker/contexts/tls/{id}/docker/ca.pem", "x");

        var address = Find();

        Assert.Equal("https://far:2376/", address.Uri.OriginalString);
        Assert.Equal(new EngineTls(_home.At(".docker", "contexts", "tls", id, "docker", "ca.pem"), null, null, true), address.Tls);
    }

    [Fact]
    public void Context_that_does_not_exist_is_named()
    {
        _variables["DOCKER_CONTEXT"] = "nope";

        Assert.Contains("there is no Docker context 'nope'", Assert.Throws<DockerException>(Find).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Socket_of_a_rootless_engine_is_found()
    {
        Assert.SkipWhen(File.Exists("/var/run/docker.sock"), "this machine has an engine of its own");
        _variables["XDG_RUNTIME_DIR"] = _home.Path;
        _home.Write("podman/podman.sock", "");

        Assert.Equal($"unix://{_home.Path}/podman/podman.sock", Find().Uri.OriginalString);

        _home.Write("docker.sock", "");
        Assert.Equal($"unix://{_home.Path}/docker.sock", Find().Uri.OriginalString);
    }

    [Fact]
    public void Broken_config_is_named_with_its_line_and_nothing_of_what_is_in_it()
    {
        _home.Write(".docker/config.json", "{\n \"auths\": {\"x\": {\"auth\": \"s3cr3t}}\n");

        var message = Assert.Throws<DockerException>(Find).Message;

        Assert.StartsWith(_home.At(".docker", "config.json") + ":2: this is not JSON", message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", message, StringComparison.Ordinal);
    }
}
