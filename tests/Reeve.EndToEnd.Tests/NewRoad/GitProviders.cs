using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Reeve.Cli.Commands.Demo;
using Reeve.EndToEnd.Tests.Stage;

namespace Reeve.EndToEnd.Tests.NewRoad;

/// <summary>
/// https://github.com, https://gitlab.com and https://bitbucket.org as git sees them through a proxy of its configuration: behind it stands a git server that
/// lets nobody in without the token. So files that name those hosts run as they are.
/// </summary>
internal sealed class GitProviders : IAsyncDisposable
{
    private static readonly string[] Hosts = ["github.com", "gitlab.com", "bitbucket.org"];

    private readonly TcpListener _proxy = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly GitHttpServer _git;
    private readonly X509Certificate2 _certificate = Certificate();
    private readonly string _root;
    private readonly Task _accepting;

    private GitProviders(GitHttpServer git, string root)
    {
        (_git, _root) = (git, root);
        _proxy.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The host of each connection, in order.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Asked { get; } = [];

    public static async Task<GitProviders> StartAsync(Installation reeve, string token, CancellationToken ct)
    {
        var root = Directory.CreateDirectory(Path.Combine(reeve.Folder, "git")).FullName;
        var providers = new GitProviders(await GitHttpServer.StartAsync(root, token, ct), root);
        var authority = Path.Combine(reeve.Folder, "authority.pem");
        await File.WriteAllTextAsync(authority, providers._certificate.ExportCertificatePem(), ct);
        var settings = Path.Combine(reeve.Folder, "gitconfig");
        await File.WriteAllLinesAsync(settings, Hosts.Select(host => $"[http \"https://{host}\"]\n\tproxy = http://127.0.0.1:{((IPEndPoint)providers._proxy.LocalEndpoint).Port}")
            .Prepend("[user]\n\tname = Somebody\n\temail = somebody@example.com"), ct);
        reeve.Environment["GIT_CONFIG_GLOBAL"] = settings;
        reeve.Environment["GIT_SSL_CAINFO"] = authority; // goes before the settings, where the machine has one
        return providers;
    }

    /// <summary>Makes a repository of a folder's files, at the path that the providers are asked for.</summary>
    public async Task AddAsync(string path, string branch, string files)
    {
        var bare = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(bare)!);
        var work = Directory.CreateTempSubdirectory("reeve-new-road").FullName;
        CopyTo(work, files);
        foreach (var words in (string[][])[["init", "-q", "-b", branch], ["add", "-A"], ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "commit", "-q", "-m", "flows"], ["clone", "-q", "--bare", work, bare]])
        {
            await using var git = ProcessUnderTest.Start("git", words, new Dictionary<string, string?>(), work);
            Assert.True(await git.ExitAsync(TimeSpan.FromSeconds(60)) == 0, git.Output);
        }
        Directory.Delete(work, recursive: true);
    }

    public static void CopyTo(string folder, string files)
    {
        foreach (var file in Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(files, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _proxy.Dispose();
        await _accepting;
        await _git.DisposeAsync();
        _certificate.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
                open.Add(ServeAsync(await _proxy.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    // CONNECT host:443, then TLS as that host, then what is inside goes to the git server as it is.
    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var outside = client.GetStream();
            var head = new StringBuilder();
            for (var one = new byte[1]; !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await outside.ReadAsync(one, _end.Token) == 1;)
                head.Append((char)one[0]);
            var host = head.ToString().Split(' ')[1].Split(':')[0];
            Asked.Enqueue(host);
            await outside.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _end.Token);
            await using var secure = new SslStream(outside);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
            using var inside = new TcpClient();
            await inside.ConnectAsync(IPAddress.Loopback, _git.Port, _end.Token);
            await using var git = inside.GetStream();
            await Task.WhenAny(secure.CopyToAsync(git, _end.Token), git.CopyToAsync(secure, _end.Token));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return; // the client went away
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=git providers of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in Hosts)
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
