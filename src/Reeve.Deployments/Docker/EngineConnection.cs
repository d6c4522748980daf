using System.Diagnostics.CodeAnalysis;
using System.IO.Pipes;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Reeve.Deployments.Docker;

/// <summary>HTTP to an engine, over a socket of this machine, a Windows pipe, or the network.</summary>
internal static class EngineConnection
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);

    /// <exception cref="DockerException">A certificate cannot be read.</exception>
    public static HttpClient Open(EngineAddress address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = ConnectLimit };
        var isNetwork = address.Uri.Scheme is "http" or "https";
        if (!isNetwork)
            handler.ConnectCallback = (_, ct) => ConnectAsync(address.Uri, ct);
        else if (address.Tls is { } tls)
            handler.SslOptions = Options(tls);
        return new HttpClient(handler) { BaseAddress = isNetwork ? address.Uri : new Uri("http://docker/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(Uri uri, CancellationToken ct)
    {
        if (uri.Scheme == "npipe")
        {
            var name = uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('/') + 1)..];
            var pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
            await pipe.ConnectAsync(ConnectLimit, ct);
            return pipe;
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Uri.UnescapeDataString(uri.AbsolutePath)), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "Asked for by name: DOCKER_CERT_PATH without DOCKER_TLS_VERIFY, or a context that skips it.")]
    private static SslClientAuthenticationOptions Options(EngineTls tls)
    {
        try
        {
            var options = new SslClientAuthenticationOptions();
            if (tls is { CertificateFile: { } certificate, KeyFile: { } key })
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
            if (!tls.Verify)
                options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            else if (tls.AuthorityFile is { } authority)
            {
                options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
            }
            return options;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new DockerException($"the certificates for the Docker engine ({tls.CertificateFile ?? tls.AuthorityFile}) cannot be read: {exception.Message}", exception);
        }
    }
}
