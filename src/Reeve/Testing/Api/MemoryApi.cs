using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Reeve.Protocol.Leases;

namespace Reeve.Testing.Api;

/// <summary>Answers the client's requests in memory and in the calling thread, so that no wait of it is hidden from virtual time.</summary>
internal sealed class MemoryApi(RouteTable routes, MemoryFaults faults, TimeProvider time) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<TestRequest> _requests = [];

    public List<TestRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = Read(request, cancellationToken);
        lock (_gate)
            _requests.Add(new TestRequest(call.Method, string.Join('/', call.Path), time.GetUtcNow()));
        var fault = faults.Next(call);
        if (fault is { IsAfterwards: false })
            return fault.Answer();
        MemoryReply reply;
        try
        {
            reply = routes.Answer(call);
        }
        catch (JsonException e)
        {
            reply = MemoryReply.Problem(422, $"The body of {call.Method} {string.Join('/', call.Path)} cannot be read: {e.Message}");
        }

        return fault?.Answer() ?? Answer(reply);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(Send(request, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return Task.FromException<HttpResponseMessage>(e);
        }
    }

    private static MemoryCall Read(HttpRequestMessage request, CancellationToken ct)
    {
        var path = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        using var body = new MemoryStream();
        request.Content?.CopyTo(body, null, ct);
        var lease = request.Headers.TryGetValues(Lease.Header, out var values) && Guid.TryParse(values.First(), out var token) ? token : (Guid?)null;
        return new MemoryCall(request.Method.Method, path[1..], body.ToArray(), lease, request.RequestUri.Query); // the first is "api"
    }

    private static HttpResponseMessage Answer(MemoryReply reply)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)reply.Status)
        {
            Content = new ByteArrayContent(reply.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        if (reply.RetryAfter is { } seconds)
            answer.Headers.Add("Retry-After", seconds);
        return answer;
    }
}
