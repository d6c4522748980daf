using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Reeve.Server.Console;

namespace Reeve.Server.Tests.Console;

public sealed partial class ConsoleApiTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/index.html")]
    [InlineData("/runs/flow-run/0199f1a2-0000-7000-8000-000000000000?tab=Logs")]
    [InlineData("/apiary")]
    public async Task Any_address_outside_the_API_is_the_page_and_is_asked_for_again(string path)
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.Client.GetAsync(path, TestHost.Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Contains("<div id=\"root\">", await answer.Content.ReadAsStringAsync(TestHost.Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_allows_no_inline_script_and_holds_none()
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.Client.GetAsync("/", TestHost.Cancellation);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        var page = await answer.Content.ReadAsStringAsync(TestHost.Cancellation);
        Assert.All(Script().Matches(page), script => Assert.Contains(" src=\"./assets/", script.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_that_the_page_names_is_there_and_its_hashed_ones_are_kept_for_good()
    {
        await using var host = await TestHost.StartAsync();
        var page = await host.Client.GetStringAsync("/", TestHost.Cancellation);
        var names = Reference().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains(names, name => name.EndsWith(".js", StringComparison.Ordinal));
        Assert.Contains(names, name => name.EndsWith(".css", StringComparison.Ordinal));

        foreach (var name in names)
        {
            using var answer = await host.Client.GetAsync("/" + name, TestHost.Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.NotEqual("text/html", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(
                name.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
                answer.Headers.CacheControl?.ToString());
        }
    }

    [Fact]
    public async Task A_client_that_takes_gzip_gets_the_same_content_compressed()
    {
        await using var host = await TestHost.StartAsync();
        var plain = await host.Client.GetByteArrayAsync("/", TestHost.Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Accept-Encoding", "br, gzip;q=0.5");

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        await using var unpacked = new GZipStream(await answer.Content.ReadAsStreamAsync(TestHost.Cancellation), CompressionMode.Decompress);
        using var content = new MemoryStream();
        await unpacked.CopyToAsync(content, TestHost.Cancellation);
        Assert.Equal(plain, content.ToArray());
    }

    [Theory]
    [InlineData("GET", "/assets/index-of-an-older-version.js", 404)]
    [InlineData("GET", "/api/no/such/route", 404)]
    [InlineData("GET", "/api/flows/count", 405)]
    [InlineData("GET", "/api/flows/count/", 405)]
    [InlineData("GET", "/api/flows/nobody", 404)] // a flow's id is wanted there
    [InlineData("PUT", "/api/flows/count", 405)]
    [InlineData("POST", "/runs", 404)]
    public async Task What_is_not_the_consoles_is_refused_in_JSON(string method, string path, int status)
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_question_for_the_head_is_answered_without_content()
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");

        using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestHost.Cancellation));
    }

    [Fact]
    public async Task Below_another_path_the_page_says_so_in_its_base()
    {
        var http = new DefaultHttpContext();
        using var sent = new MemoryStream();
        (http.Request.Method, http.Request.PathBase, http.Request.Path, http.Response.Body) = ("GET", "/team \"a\"", "/runs", sent);

        await new ConsoleApi().Middleware(_ => Task.CompletedTask)(http);

        Assert.Contains("<base href=\"/team%20%22a%22/\" />", System.Text.Encoding.UTF8.GetString(sent.ToArray()), StringComparison.Ordinal);
    }

    [GeneratedRegex("<script.*?>")]
    private static partial Regex Script();

    [GeneratedRegex("(?:src|href)=\"\\./([^\"]+)\"")]
    private static partial Regex Reference();
}
