using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Settings;

namespace Reeve.Client;

/// <summary>Sends requests to the API: address, authentication, JSON, repetition, errors. One per process is enough; it is safe for concurrent use.</summary>
public sealed class ApiConnection : IDisposable
{
    /// <summary>What the client calls itself.</summary>
    public static string UserAgent { get; } = $"reeve/{typeof(ApiConnection).Assembly.GetName().Version?.ToString(3)}";

    private readonly HttpClient _http;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;

    /// <summary>A connection to the configured API.</summary>
    public ApiConnection(ReeveSettings settings, RetryPolicy retry)
        : this(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(10) }, settings.ApiUrl, retry)
    {
        SocketToken = settings.ApiAuthString ?? settings.ApiKey;
        if (settings.ApiAuthString is { } login)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        else if (settings.ApiKey is { } key)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>A connection through a handler of the caller's, such as a test host's.</summary>
    public ApiConnection(HttpMessageHandler handler, Uri apiUrl, RetryPolicy retry, TimeProvider? time = null)
    {
        ApiUrl = apiUrl;
        _retry = retry;
        _time = time ?? TimeProvider.System;
        _http = new HttpClient(handler) { BaseAddress = new Uri(apiUrl.ToString().TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
    }

    private ApiConnection(ApiConnection shared, RetryPolicy retry)
    {
        ApiUrl = shared.ApiUrl;
        TryTimeout = shared.TryTimeout;
        Abilities = shared.Abilities;
        Lease = shared.Lease;
        SocketToken = shared.SocketToken;
        _http = shared._http;
        _time = shared._time;
        _retry = retry;
    }

    /// <summary>The same connection with another patience.</summary>
    public ApiConnection With(RetryPolicy retry) => new(this, retry);

    /// <summary>The same connection for the writes of another run: one process holds a lease for a flow run and one for each of its subflows.</summary>
    public ApiConnection With(Guid? lease) => new(this, _retry) { Lease = lease };

    /// <summary>The API's address.</summary>
    public Uri ApiUrl { get; }

    /// <summary>What a websocket's first message says to be let in; null where nothing is asked for.</summary>
    internal string? SocketToken { get; }

    /// <summary>How long requests are repeated.</summary>
    internal RetryPolicy Retry => _retry;

    /// <summary>What was learnt of the server.</summary>
    internal ServerAbilities Abilities { get; } = new();

    /// <summary>How long one try may take; default 60 seconds.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The lease that this process holds; its token goes with every request.</summary>
    public Guid? Lease { get; set; }

    /// <summary>Sends a request and reads the answer.</summary>
    /// <exception cref="ApiException">The answer tells of an error, or none came within the policy's patience.</exception>
    public Task<TAnswer> SendAsync<TAnswer>(HttpMethod method, string path, object? body, CancellationToken ct) =>
        SendAsync<TAnswer>(method, path, body, prefer: null, ct);

    /// <summary>Sends a request with a <c>Prefer</c> header and reads the answer.</summary>
    /// <exception cref="ApiException">The answer tells of an error, or none came within the policy's patience.</exception>
    public async Task<TAnswer> SendAsync<TAnswer>(HttpMethod method, string path, object? body, string? prefer, CancellationToken ct)
    {
        using var answer = await SendRawAsync(method, path, body, prefer, ct);
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        return await JsonSerializer.DeserializeAsync(stream, WireJson.TypeInfo<TAnswer>(), ct)
            ?? throw new ApiException($"{method} {path} answered null where {typeof(TAnswer).Name} was expected", answer.StatusCode);
    }

    /// <summary>Sends a request and ignores the body of the answer.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public async Task SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var answer = await SendRawAsync(method, path, body, null, ct);
    }

    /// <summary>Reads something that may not be there.</summary>
    /// <returns>Null for the answer 404.</returns>
    /// <exception cref="ApiException">For any other error.</exception>
    public async Task<TAnswer?> FindAsync<TAnswer>(string path, CancellationToken ct)
        where TAnswer : class
    {
        try
        {
            return await SendAsync<TAnswer>(HttpMethod.Get, path, null, ct);
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> SendRawAsync(HttpMethod method, string path, object? body, string? prefer, CancellationToken ct)
    {
        var bytes = body is null ? null : JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options.GetTypeInfo(body.GetType()));
        var start = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var (answer, failure) = await TryOnceAsync(method, path, bytes, prefer, ct);
            if (answer is { IsSuccessStatusCode: true })
                return answer;
            var transient = answer is null || RetryPolicy.IsTransient(answer.StatusCode);
            var pause = _retry.Pause(attempt, answer?.Headers.RetryAfter?.Delta);
            if (!transient || _time.GetElapsedTime(start) + pause > _retry.Patience)
                throw answer is null ? Unreachable(failure!) : await ErrorAsync(method, path, answer, ct);
            answer?.Dispose();
            await Task.Delay(pause, _time, ct);
        }
    }

    private async Task<(HttpResponseMessage? Answer, Exception? Failure)> TryOnceAsync(HttpMethod method, string path, byte[]? body, string? prefer, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (Lease is { } lease)
            request.Headers.Add(Protocol.Leases.Lease.Header, lease.ToString());
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TryTimeout);
        try
        {
            return (await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return (null, e);
        }
    }

    private ApiException Unreachable(Exception failure) =>
        new($"Cannot reach the API at {ApiUrl}: {Innermost(failure)}. Is the server running ({CommandName.Text} server start)? Is REEVE_API_URL right?", inner: failure);

    private static string Innermost(Exception failure) =>
        failure is OperationCanceledException ? "no answer in time" : failure.GetBaseException().Message.TrimEnd('.');

    private static async Task<ApiException> ErrorAsync(HttpMethod method, string path, HttpResponseMessage answer, CancellationToken ct)
    {
        using var _ = answer;
        Problem? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(ct), WireJson.TypeInfo<Problem>());
        }
        catch (JsonException)
        {
            // Not one of the API's own answers (a proxy's page, say); the status has to do.
        }

        var faults = problem?.ExceptionDetail?.Select(f => $"{string.Join('.', f.Loc)}: {f.Msg}");
        var what = problem?.Detail ?? (faults is null ? null : string.Join("; ", faults)) ?? answer.ReasonPhrase;
        var hint = answer.StatusCode == HttpStatusCode.Unauthorized && what?.Contains("API_AUTH_STRING", StringComparison.Ordinal) != true ? " Set REEVE_API_AUTH_STRING to user:password." : "";
        return new ApiException($"{what} ({method} {path} answered {(int)answer.StatusCode}).{hint}", answer.StatusCode, problem);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}

/// <summary>What a server turned out not to have: it is not asked again.</summary>
internal sealed class ServerAbilities
{
    /// <summary>True for a server that takes proposals of task runs one by one only.</summary>
    public bool LacksTaskRunProposals { get; set; }
}
