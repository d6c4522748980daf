using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Docker;

/// <summary>A Docker engine, or another that speaks its API (Podman), at the newest version both sides know.</summary>
internal sealed partial class DockerEngine : IDisposable
{
    private static readonly Version Newest = new(1, 47);
    private static readonly Version Oldest = new(1, 24);

    private readonly EngineAddress _address;
    private readonly HttpClient _http;
    private string _version = "";

    private DockerEngine(EngineAddress address) => (_address, _http) = (address, EngineConnection.Open(address));

    /// <exception cref="DockerException">There is no engine, it refuses, or it is too old.</exception>
    public static async Task<DockerEngine> ConnectAsync(EngineAddress address, CancellationToken ct)
    {
        var engine = new DockerEngine(address);
        try
        {
            await engine.NegotiateAsync(ct);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task NegotiateAsync(CancellationToken ct)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "_ping"), ct);
        if (!answer.IsSuccessStatusCode || !answer.Headers.TryGetValues("Api-Version", out var said) || !Version.TryParse(said.First(), out var theirs))
            throw new DockerException($"what answers at {_address} is no Docker engine (GET /_ping: {(int)answer.StatusCode}); DOCKER_HOST or DOCKER_CONTEXT names one");
        if (theirs < Oldest)
            throw new DockerException($"the Docker engine at {_address} speaks version {theirs} of its API; {Oldest} or newer is needed");
        _version = $"v{(theirs < Newest ? theirs : Newest)}/";
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        request.RequestUri = new Uri(_version + request.RequestUri, UriKind.Relative);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException exception)
        {
            for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
                if (inner is DockerException own)
                    throw own;
            throw _version.Length == 0 ? Away(exception) : Gone(exception);
        }
        catch (TimeoutException exception) // of a pipe
        {
            throw Away(exception);
        }
    }

    private DockerException Away(Exception exception)
    {
        var reason = exception.GetBaseException();
        var isRefused = reason is SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException;
        var isMissing = _address.Uri.Scheme == "unix" && !File.Exists(Uri.UnescapeDataString(_address.Uri.AbsolutePath));
        return new DockerException($"there is no Docker engine at {_address}: {(isMissing ? "there is no such socket" : reason.Message)}; " + (isRefused
            ? "this user may not use it: add the user to the group 'docker', or use a rootless engine"
            : "start it, or say where it is with DOCKER_HOST or DOCKER_CONTEXT"), exception);
    }

    private DockerException Gone(Exception exception) =>
        new($"the connection to the Docker engine at {_address} broke off ({exception.GetBaseException().Message}): it was stopped, or refused what it was sent; nothing of this step can be relied on", exception);

    /// <summary>Reads the lines of an answer that the engine writes while it works.</summary>
    private async Task ReadAsync(HttpResponseMessage answer, EngineMessages messages, CancellationToken ct)
    {
        try
        {
            await messages.ReadAsync(await answer.Content.ReadAsStreamAsync(ct), ct);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw Gone(exception);
        }
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        try
        {
            return (string?)JsonNode.Parse(text)?["message"] ?? text.Trim();
        }
        catch (JsonException)
        {
            return text.Trim() is { Length: > 0 } plain ? plain : $"status {(int)answer.StatusCode}";
        }
    }

    private static string Query(IEnumerable<KeyValuePair<string, string>> query) =>
        string.Join('&', query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    private sealed class TarContent : HttpContent
    {
        private readonly BuildContext _context;

        public TarContent(BuildContext context)
        {
            _context = context;
            Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _context.WriteToAsync(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _context.WriteToAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
