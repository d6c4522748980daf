using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Git;

/// <summary>Real git over TLS, to a server whose certificate no authority has issued.</summary>
public sealed class GitTlsTests : IAsyncDisposable
{
    private readonly GitHost _host = new();
    private readonly StepBench _bench = new();
    private readonly TemporaryFolder _folder = new();
    private readonly TlsFront _front;

    public GitTlsTests() => _front = new TlsFront(_host.Port);

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _host.DisposeAsync();
        _bench.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Certificate_that_is_not_trusted_gets_no_credential_and_one_that_is_named_as_trusted_does()
    {
        _host.Commit("deployments", "main", ("flow.py", "x"));
        var address = $"https://127.0.0.1:{_front.Port}/private/deployments.git";
        var clone = $$"""[{"git_clone": {"repository": "{{address}}", "branch": "main", "access_token": "x:{{_host.Token}}" } }]""";

        var message = await _bench.FailAsync(clone);

        Assert.StartsWith($"git_clone: could not clone '{address}': the server's certificate is not trusted; add its authority to this machine's, or name it in GIT_SSL_CAINFO", message, StringComparison.Ordinal);
        Assert.Empty(_host.Users);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));

        Environment.SetEnvironmentVariable("GIT_SSL_CAINFO", _folder.Write("authority.pem", _front.Certificate));
        try
        {
            await _bench.RunAsync(clone);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_SSL_CAINFO", null);
        }
        Assert.True(File.Exists(_bench.Folder.At("deployments-main", "flow.py")));
        Assert.DoesNotContain(_host.Token, message + string.Join('\n', _bench.Lines) + await File.ReadAllTextAsync(_bench.Folder.At("deployments-main", ".git", "config"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
