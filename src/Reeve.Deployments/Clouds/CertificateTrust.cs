using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Reeve.Deployments.Clouds;

/// <summary>Connections that trust other authorities than the system's, or, where somebody insists, anyone.</summary>
public static class CertificateTrust
{
    public static HttpMessageHandler Handler(bool verify, string? certificateFile)
    {
        var authorities = certificateFile is null ? null : Read(certificateFile);
        return Handler(verify, authorities);
    }

    public static SocketsHttpHandler Handler(bool verify, X509Certificate2Collection? authorities)
    {
        var handler = new SocketsHttpHandler();
        if (!verify)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => !verify; // asked for in so many words: verify: false
        else if (authorities is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors, authorities);
        return handler;
    }

    private static X509Certificate2Collection Read(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new CloudIdentityException($"the certificates in '{file}' cannot be read: {exception.Message}", exception);
        }
        return authorities;
    }

    // The name must be right and a certificate sent; only who signed it is judged by the given authorities.
    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (certificate is not X509Certificate2 presented || errors != SslPolicyErrors.RemoteCertificateChainErrors)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(presented);
    }
}
