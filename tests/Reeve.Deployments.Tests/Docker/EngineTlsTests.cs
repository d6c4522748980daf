using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Reeve.Deployments.Docker;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Docker;

/// <summary>A real engine on TCP that lets in only who has a certificate of its authority.</summary>
public sealed class EngineTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Both_sides_know_each_other_or_nothing_is_said()
    {
        if (DockerHost.Missing() is { } missing)
            Assert.Skip(missing);
        Issue("ours");
        Issue("theirs");
        var port = FreePort();
        await using var host = await DockerHost.StartAsync(null, "--host", $"tcp://127.0.0.1:{port}", "--tlsverify",
            "--tlscacert", _folder.At("ours", "ca.pem"), "--tlscert", _folder.At("ours", "server.pem"), "--tlskey", _folder.At("ours", "server-key.pem"));

        using (var engine = await ConnectAsync(port, "ours", verify: true))
            await engine.TagAsync(DockerHost.Base, ImageName.Parse("reeve-test/by-tls"), "1", Ct);
        Assert.NotEmpty(await host.DockerAsync("images", "-q", "reeve-test/by-tls"));

        var stranger = await Assert.ThrowsAsync<DockerException>(() => ConnectAsync(port, "theirs", verify: true));
        Assert.StartsWith($"there is no Docker engine at https://127.0.0.1:{port}/: ", stranger.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DockerException>(() => ConnectAsync(port, "theirs", verify: false)); // ours is not checked then, but theirs is
    }

    private Task<DockerEngine> ConnectAsync(int port, string authority, bool verify) => DockerEngine.ConnectAsync(EngineAddress.Find(name => name switch
    {
        "DOCKER_HOST" => $"tcp://127.0.0.1:{port}",
        "DOCKER_TLS_VERIFY" => verify ? "1" : null,
        "DOCKER_CERT_PATH" => _folder.At(authority),
        _ => null,
    }), Ct);

    private void Issue(string name)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var authorityKey = RSA.Create(2048);
        var request = new CertificateRequest($"CN=authority {name}", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, to);
        _folder.Write($"{name}/ca.pem", authority.ExportCertificatePem());
        foreach (var (file, usage) in (ReadOnlySpan<(string, string)>)[("server", "1.3.6.1.5.5.7.3.1"), ("", "1.3.6.1.5.5.7.3.2")])
        {
            using var key = RSA.Create(2048);
            var leaf = new CertificateRequest($"CN={name} {file}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            leaf.CertificateExtensions.Add(names.Build());
            leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
            using var certificate = leaf.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
            _folder.Write($"{name}/{(file == "server" ? "server" : "cert")}.pem", certificate.ExportCertificatePem());
            _folder.Write($"{name}/{(file == "server" ? "server-key" : "key")}.pem", key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
