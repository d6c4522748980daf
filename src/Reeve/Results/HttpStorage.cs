using System.Net;
using System.Net.Http.Headers;

namespace Reeve.Results;

/// <summary>Results as resources under an http address that takes PUT and GET, such as a WebDAV folder or a bucket's gateway.</summary>
internal sealed class HttpStorage(Uri folder, AuthenticationHeaderValue? authorization) : IResultStorage
{
    private static readonly Lazy<HttpClient> Client = new(() => new HttpClient { Timeout = TimeSpan.FromMinutes(5) });

    public string Locate(string key) => folder.AbsoluteUri.TrimEnd('/') + "/" + Uri.EscapeDataString(key);

    public async Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Locate(key)) { Content = new ReadOnlyMemoryContent(content) };
        using var answer = await SendAsync(request, ct);
        if (!answer.IsSuccessStatusCode)
            throw new IOException($"The result could not be stored at {Locate(key)}: {(int)answer.StatusCode} {answer.ReasonPhrase}");
    }

    public async Task<byte[]?> ReadAsync(string location, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, location);
        using var answer = await SendAsync(request, ct);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return null;
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsByteArrayAsync(ct)
            : throw new IOException($"The result could not be read from {location}: {(int)answer.StatusCode} {answer.ReasonPhrase}");
    }

    // Only below the block's own address: a state's data, which others may write, must not carry the block's credentials elsewhere.
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (request.RequestUri!.AbsoluteUri.StartsWith(folder.AbsoluteUri.TrimEnd('/') + "/", StringComparison.Ordinal))
            request.Headers.Authorization = authorization;
        return Client.Value.SendAsync(request, ct);
    }
}
