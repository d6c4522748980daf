using System.Net;
using System.Text;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;

namespace Reeve.Tests.Client;

public sealed class ApiConnectionTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly RetryPolicy Quick = new() { Patience = TimeSpan.FromSeconds(20), FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2) };

    [Fact]
    public async Task A_busy_or_absent_server_is_asked_again_until_it_answers()
    {
        var answers = new Queue<Func<HttpResponseMessage>>([
            () => throw new HttpRequestException("connection refused"),
            () => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable),
            () => Json("true"),
        ]);
        using var connection = Connection(Quick, _ => answers.Dequeue()());

        Assert.True(await new OrchestrationClient(connection).IsHealthyAsync(Ct));
        Assert.Empty(answers);
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_in_one_message_that_says_what_to_do()
    {
        using var connection = Connection(RetryPolicy.None, _ => throw new HttpRequestException("Connection refused"));

        var error = await Assert.ThrowsAsync<ApiException>(() => new OrchestrationClient(connection).IsHealthyAsync(Ct));

        Assert.True(error.IsUnreachable);
        Assert.Contains("http://reeve.test/api: Connection refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("reeve server start", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_body_shows_every_fault()
    {
        const string Body = """{"exception_message":"Invalid request received.","exception_detail":[{"loc":["body","name"],"msg":"field required","type":"missing"},{"loc":["body","tags"],"msg":"expected a list","type":"list"}]}""";
        using var connection = Connection(Quick, _ => Json(Body, HttpStatusCode.UnprocessableEntity));

        var error = await Assert.ThrowsAsync<ApiException>(() => new OrchestrationClient(connection).CreateFlowAsync(new FlowCreate { Name = "x" }, Ct));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, error.Status);
        Assert.Contains("body.name: field required; body.tags: expected a list", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        using var connection = Connection(Quick, _ => Json("""{"detail":"Flow not found"}""", HttpStatusCode.NotFound));

        Assert.Null(await new OrchestrationClient(connection).FindFlowAsync(Guid.Empty, Ct));
    }

    [Fact]
    public async Task The_lease_goes_with_every_request()
    {
        var token = Ids.New(DateTimeOffset.UnixEpoch);
        string? seen = null;
        using var connection = Connection(Quick, request =>
        {
            seen = request.Headers.GetValues(Lease.Header).Single();
            return Json("true");
        });
        connection.Lease = token;

        await new OrchestrationClient(connection).IsHealthyAsync(Ct);

        Assert.Equal(token.ToString(), seen);
    }

    [Fact]
    public async Task A_fault_of_the_request_is_not_repeated()
    {
        var count = 0;
        using var connection = Connection(Quick, _ =>
        {
            count++;
            return Json("""{"detail":"no"}""", HttpStatusCode.Conflict);
        });

        await Assert.ThrowsAsync<ApiException>(() => new OrchestrationClient(connection).GetVersionAsync(Ct));

        Assert.Equal(1, count);
    }

    private static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static ApiConnection Connection(RetryPolicy retry, Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        new(new Handler(answer), new Uri("http://reeve.test/api"), retry);

    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
