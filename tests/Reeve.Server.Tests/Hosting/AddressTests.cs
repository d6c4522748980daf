using System.Net.Http.Headers;
using Microsoft.AspNetCore.TestHost;
using Reeve.Protocol;

namespace Reeve.Server.Tests.Hosting;

/// <summary>Where the server answers, and whose pages may ask.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("/reeve/api/health")]
    [InlineData("/api/health")]
    [InlineData("/reeve/orchestration/health")]
    [InlineData("/reeve/openapi.json")]
    [InlineData("/reeve/api/accounts/a/workspaces/b/health")]
    public async Task The_server_answers_under_its_prefix_and_without_it(string path)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { BasePath = "/reeve", ApiBasePath = "/orchestration" });

        using var answer = await host.Client.GetAsync(new Uri("http://localhost" + path), TestHost.Cancellation);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/reeve/ui-settings", null, "http://localhost/reeve/api")]
    [InlineData("/ui-settings", null, "http://localhost/api")]
    [InlineData("/ui-settings", "/elsewhere", "https://orchestrator.example/elsewhere/api")]
    public async Task The_console_is_told_the_address_that_it_was_called_by(string path, string? forwardedPrefix, string expected)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { BasePath = "/reeve", TrustedProxies = ["*"] });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://localhost" + path));
        if (forwardedPrefix is not null)
        {
            request.Headers.Add("X-Forwarded-Prefix", forwardedPrefix);
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-Host", "orchestrator.example");
        }

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);
        var settings = WireJson.Parse(await answer.Content.ReadAsStringAsync(TestHost.Cancellation));

        Assert.Equal(expected, settings.Text("api_url"));
    }

    [Fact]
    public async Task The_consoles_page_finds_its_files_under_the_prefix()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { BasePath = "/reeve" });

        var page = await host.Client.GetStringAsync(new Uri("http://localhost/reeve/runs"), TestHost.Cancellation);

        Assert.Contains("<base href=\"/reeve/\" />", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_console_its_addresses_are_not_found()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ServeConsole = false });

        using var answer = await host.Client.GetAsync(new Uri("http://localhost/runs"), TestHost.Cancellation);

        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal(200, (await host.GetAsync("health")).Status);
    }

    [Theory]
    [InlineData("https://pages.example", true)]
    [InlineData("https://other.example", false)]
    public async Task Pages_of_allowed_origins_only_may_call(string origin, bool allowed)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { CorsOrigins = ["https://pages.example"], ApiAuthentication = "a:b" });
        using var request = new HttpRequestMessage(HttpMethod.Options, "flows/filter");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal(allowed ? [origin] : [], answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var given) ? given : []);
    }

    [Fact]
    public async Task A_refusal_can_be_read_by_the_page_that_was_refused()
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "flows/") { Content = new StringContent("nonsense", MediaTypeHeaderValue.Parse("application/json")) };
        request.Headers.Add("Origin", "https://pages.example");

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Nobody_is_believed_by_which_address_the_server_was_called_unless_it_was_said_so()
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://localhost/ui-settings"));
        request.Headers.Add("X-Forwarded-Prefix", "/elsewhere");
        request.Headers.Add("X-Forwarded-Host", "evil.example");

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal("http://localhost/api", WireJson.Parse(await answer.Content.ReadAsStringAsync(TestHost.Cancellation)).Text("api_url"));
    }

    [Theory]
    [InlineData("https://pages.example", 101)]
    [InlineData("http://localhost", 101)]
    [InlineData(null, 101)]
    [InlineData("https://other.example", 403)]
    [InlineData("null", 403)]
    public async Task A_page_of_another_origin_opens_no_socket(string? origin, int expected)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { CorsOrigins = ["https://pages.example"] });
        var client = host.Server.App.GetTestServer().CreateWebSocketClient();
        client.SubProtocols.Add("prefect");
        client.ConfigureRequest = request =>
        {
            request.Headers.Upgrade = "websocket";
            if (origin is not null)
                request.Headers.Origin = origin;
        };

        var opening = client.ConnectAsync(new Uri("ws://localhost/api/events/in"), TestHost.Cancellation);

        if (expected == 101)
            (await opening).Dispose();
        else
            Assert.Contains($"{expected}", (await Assert.ThrowsAsync<InvalidOperationException>(() => opening)).Message, StringComparison.Ordinal);
    }
}
