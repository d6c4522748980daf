using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace Reeve.Deployments.Clouds.Aws;

/// <summary>Signature version 4 over a request without a query, which is what AWS's JSON services want: for services whose client package is not in use.</summary>
internal static class AwsRequestSigner
{
    /// <summary>Adds the date, the token of a session and the signature to the request's headers.</summary>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, ImmutableCredentials credentials, string region, string service, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{stamp[..8]}/{region}/{service}/aws4_request";
        var address = request.RequestUri!;
        request.Headers.Host = address.IsDefaultPort ? address.Host : address.Authority;
        request.Headers.TryAddWithoutValidation("X-Amz-Date", stamp);
        if (credentials.UseToken)
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", credentials.Token);

        List<(string Name, string Value)> headers = [.. request.Headers.Concat(request.Content?.Headers.Where(header => header.Key == "Content-Type") ?? [])
            .Select(header => (header.Key.ToLowerInvariant(), string.Join(',', header.Value).Trim()))
            .OrderBy(header => header.Item1, StringComparer.Ordinal)];
        var signed = string.Join(';', headers.Select(header => header.Name));
        var canonical = string.Join('\n',
            [request.Method.Method, address.AbsolutePath, "", .. headers.Select(header => $"{header.Name}:{header.Value}"), "", signed, Hex(SHA256.HashData(body))]);
        var toSign = $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";

        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey);
        foreach (var part in (string[])[stamp[..8], region, service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={signed}, Signature={signature}");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
