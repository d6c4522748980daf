using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Reeve.Deployments.Storage;

/// <summary>The connections to one store over plain HTTP, for stores without a package of their own.</summary>
internal sealed class StoreHttp(int parallel, HttpMessageHandler? handler = null) : IDisposable
{
    // Above what the gate lets through, so that nothing waits here where no limit of time sees it.
    private readonly HttpClient _client = new(handler ?? new SocketsHttpHandler
    {
        MaxConnectionsPerServer = parallel + 2,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        AllowAutoRedirect = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends a request whose answer's content is still to be read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);

    /// <summary>Content of a file's range.</summary>
    public static StreamContent Content(FileSlice slice, string type = "application/octet-stream")
    {
        slice.Position = 0;
        var content = new StreamContent(slice, 64 * 1024);
        content.Headers.ContentLength = slice.Length;
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError and not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported);

    /// <summary>How long the server asked to be left alone.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter?.Delta;

    public static string Status(HttpResponseMessage answer, string? code) => string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {code ?? answer.ReasonPhrase}");

    public void Dispose() => _client.Dispose();
}
