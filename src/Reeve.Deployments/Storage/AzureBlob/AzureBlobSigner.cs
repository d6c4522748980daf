using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Reeve.Deployments.Storage.AzureBlob;

/// <summary>Allows a request in the account's way: SharedKey's signature over its headers and address, a SAS in the address, or a token.</summary>
internal sealed class AzureBlobSigner(AzureBlobAccount account, TimeProvider time)
{
    private const string Version = "2021-12-02";
    private const string Scope = "https://storage.azure.com/.default";

    /// <param name="path">Below the account, percent-encoded.</param>
    /// <param name="query">Names and values, not encoded.</param>
    public Uri Address(string path, IEnumerable<(string Name, string Value)> query)
    {
        var parts = query.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}");
        if (account.Sas is { } sas)
            parts = parts.Append(sas);
        var text = string.Join('&', parts);
        return new Uri($"{account.Endpoint.AbsoluteUri}{path}{(text.Length == 0 ? "" : "?" + text)}");
    }

    public async Task SignAsync(HttpRequestMessage request, IReadOnlyList<(string Name, string Value)> query, CancellationToken ct)
    {
        request.Headers.TryAddWithoutValidation("x-ms-version", Version);
        request.Headers.TryAddWithoutValidation("x-ms-date", time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        if (account.Key is { } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("SharedKey", $"{account.Name}:{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(ToSign(request, query))))}");
        else if (account.Identity is { } identity)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await identity.GetTokenAsync(Scope, ct));
    }

    private string ToSign(HttpRequestMessage request, IReadOnlyList<(string Name, string Value)> query)
    {
        var content = request.Content?.Headers;
        string?[] standard =
        [
            request.Method.Method,
            null, // Content-Encoding
            null, // Content-Language
            content?.ContentLength is { } length and > 0 ? length.ToString(CultureInfo.InvariantCulture) : null,
            content?.ContentMD5 is { } md5 ? Convert.ToBase64String(md5) : null,
            content?.ContentType?.ToString(),
            null, // Date: x-ms-date takes its place
            null, // If-Modified-Since
            One(request, "If-Match"),
            null, // If-None-Match
            null, // If-Unmodified-Since
            null, // Range: x-ms-range takes its place
        ];
        var text = new StringBuilder();
        foreach (var line in standard)
            text.Append(line).Append('\n');
        foreach (var (name, values) in request.Headers.Where(header => header.Key.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase))
            text.Append(name.ToLowerInvariant()).Append(':').Append(string.Join(',', values)).Append('\n');
        text.Append('/').Append(account.Name).Append(request.RequestUri!.AbsolutePath);
        foreach (var (name, value) in query.OrderBy(pair => pair.Name, StringComparer.Ordinal))
            text.Append('\n').Append(name).Append(':').Append(value);
        return text.ToString();
    }

    private static string? One(HttpRequestMessage request, string name) => request.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
