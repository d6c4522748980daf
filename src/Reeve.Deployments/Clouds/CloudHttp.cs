using System.Net;
using System.Net.Http.Headers;

namespace Reeve.Deployments.Clouds;

/// <summary>
/// Requests to a cloud's REST API that are tried again when the cloud says "slow down" or "not now", or does not answer at all. What it says
/// otherwise is the caller's to read. Only for requests that may be sent twice.
/// </summary>
public sealed class CloudHttp(HttpClient client, TimeProvider time)
{
    private const int Attempts = 5;
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(20);

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    public TimeProvider Time => time;

    /// <summary>The same over other connections: of an own authority, with a certificate.</summary>
    public CloudHttp Over(HttpMessageHandler handler) => new(new HttpClient(handler), time) { Timeout = Timeout };

    /// <summary>Sends what <paramref name="request"/> makes, anew for each attempt, and gives the status and the whole body of the answer.</summary>
    /// <exception cref="HttpRequestException">Nobody answered, not even at the last attempt.</exception>
    public async Task<CloudAnswer> SendAsync(Func<CancellationToken, ValueTask<HttpRequestMessage>> request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                using var limit = new CancellationTokenSource(Timeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
                using var message = await request(either.Token);
                using var response = await client.SendAsync(message, either.Token);
                var answer = new CloudAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(either.Token), response.Headers.WwwAuthenticate.ToString());
                if (!answer.IsPassing || attempt == Attempts)
                    return answer;
                asked = Asked(response.Headers.RetryAfter);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                if (attempt == Attempts)
                    throw new HttpRequestException($"there was no answer within {Timeout.TotalSeconds:0} s, {Attempts} times");
            }
            catch (HttpRequestException exception) when (attempt < Attempts && exception.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError))
            {
                // a connection refused or cut may work the next time; a name that does not exist or a certificate that is wrong will not
            }
            await Task.Delay(Delay(attempt, asked), time, ct);
        }
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date - time.GetUtcNow());

    private static TimeSpan Delay(int attempt, TimeSpan? asked)
    {
        var own = s_firstDelay * Math.Pow(2, attempt - 1) * (0.75 + Random.Shared.NextDouble() / 2);
        var delay = asked > own ? asked.Value : own;
        return delay < s_longestDelay ? delay : s_longestDelay;
    }
}

/// <summary>What a cloud answered.</summary>
public sealed record CloudAnswer(HttpStatusCode Status, string Body, string Challenge)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Whether the same request may well succeed a little later.</summary>
    public bool IsPassing => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)Status is 500 or 502 or 503 or 504
        || (Status is HttpStatusCode.BadRequest && Body.Contains("ThrottlingException", StringComparison.Ordinal)); // how AWS says 429
}
