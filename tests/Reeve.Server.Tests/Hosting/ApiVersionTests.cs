namespace Reeve.Server.Tests.Hosting;

public sealed class ApiVersionTests
{
    [Theory]
    [InlineData("0.8.4", 200, "")]
    [InlineData("1.0.0", 200, "")]
    [InlineData("0.8.3", 400, "answers version 0.8.4 and later")]
    [InlineData("-1.8.4", 400, "answers version 0.8.4 and later")]
    [InlineData("not a real version header", 400, "Invalid X-PREFECT-API-VERSION header format.")]
    [InlineData("0.8", 400, "Invalid X-PREFECT-API-VERSION header format.")]
    public async Task A_version_is_answered_that_is_not_older_than_the_API(string version, int status, string words)
    {
        await using var host = await TestHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Get, "hello", null, ("X-PREFECT-API-VERSION", version));

        Assert.Equal(status, answer.Status);
        Assert.Contains(words, answer.Body.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prefect/3.8.3 (API 0.8.4)", "GET", "flow_runs/no-id", 404)]
    [InlineData("a program", "DELETE", "work_queues/no-id", 404)]
    [InlineData("prefect/2.20.25 (API 0.8.4)", "GET", "flow_runs/no-id", 422)]
    [InlineData("prefect/3.8.3 (API 0.8.4)", "GET", "flow_runs/count", 405)]
    public async Task What_is_no_id_is_no_address_but_for_2(string client, string method, string path, int status)
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(status, (await host.SendAsync(new HttpMethod(method), path, null, ("User-Agent", client))).Status);
    }
}
