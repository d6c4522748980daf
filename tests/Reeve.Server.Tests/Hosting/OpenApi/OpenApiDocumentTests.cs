using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Reeve.Protocol;
using Reeve.Server.Hosting;

namespace Reeve.Server.Tests.Hosting.OpenApi;

public sealed class OpenApiDocumentTests
{
    // the sockets, and what people look at, are no operations
    private static readonly string[] NoOperations = ["/openapi.json", "/docs", "/redoc", "/api/docs"];

    [Fact]
    public async Task Every_mapped_route_is_described_with_words_an_answer_and_its_body()
    {
        await using var host = await TestHost.StartAsync();
        List<string> lacking = [];
        foreach (var endpoint in host.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(IsOperation))
        {
            var name = $"{endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} {endpoint.RoutePattern.RawText}";
            if (endpoint.Metadata.GetMetadata<OperationSummary>() is null)
                lacking.Add(name + ": no summary");
            if (endpoint.Metadata.GetMetadata<OperationAnswer>() is null)
                lacking.Add(name + ": no answer");
        }

        Assert.Empty(lacking);
    }

    [Fact]
    public async Task The_document_is_the_same_inside_a_server_and_without_one()
    {
        await using var host = await TestHost.StartAsync();

        var served = (await host.GetAsync("openapi.json")).Body;
        var described = WireJson.Parse(await ServerHost.DescribeAsync());

        Assert.Equal("3.1.0", served.GetProperty("openapi").GetString());
        Assert.True(JsonElement.DeepEquals(served.GetProperty("paths"), described.GetProperty("paths")));
        Assert.True(JsonElement.DeepEquals(served.GetProperty("components"), described.GetProperty("components")));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_every_operation_has_an_id_of_its_own()
    {
        var text = await ServerHost.DescribeAsync();
        var document = WireJson.Parse(text);

        var references = System.Text.RegularExpressions.Regex.Matches(text, "\"#/components/([a-z]+)/([^\"]+)\"").Select(m => (m.Groups[1].Value, m.Groups[2].Value)).Distinct().ToList();
        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.True(document.GetProperty("components").GetProperty(r.Item1).TryGetProperty(r.Item2, out _), r.Item2));
        var ids = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value.GetProperty("operationId").GetString()).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    [Fact]
    public async Task A_PATCH_body_asks_for_nothing_and_a_body_of_creation_for_what_it_cannot_do_without()
    {
        var schemas = WireJson.Parse(await ServerHost.DescribeAsync()).GetProperty("components").GetProperty("schemas");

        Assert.False(schemas.GetProperty("FlowUpdate").TryGetProperty("required", out _));
        Assert.Equal(["name"], schemas.GetProperty("FlowCreate").GetProperty("required").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal("date-time", schemas.GetProperty("Flow").GetProperty("properties").GetProperty("created").GetProperty("format").GetString());
        Assert.Equal("When the flow was first named.", schemas.GetProperty("Flow").GetProperty("properties").GetProperty("created").GetProperty("description").GetString());
    }

    [Theory]
    [InlineData("/openapi.json", "application/json")]
    [InlineData("/api/openapi.json", "application/json")]
    [InlineData("/docs", "text/html; charset=utf-8")]
    [InlineData("/redoc", "text/html; charset=utf-8")]
    [InlineData("/api/docs", "text/html; charset=utf-8")]
    [InlineData("/docs/reference.js", "text/javascript; charset=utf-8")]
    [InlineData("/api/docs/reference.css", "text/css; charset=utf-8")]
    public async Task The_reference_is_served_where_it_is_looked_for(string path, string contentType)
    {
        await using var host = await TestHost.StartAsync();

        using var answer = await host.Client.GetAsync(new Uri("http://localhost" + path), TestHost.Cancellation);

        Assert.Equal((200, contentType), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        await using var host = await TestHost.StartAsync();

        var page = await host.Client.GetStringAsync(new Uri("http://localhost/docs"), TestHost.Cancellation);
        var script = await host.Client.GetStringAsync(new Uri("http://localhost/docs/reference.js"), TestHost.Cancellation);

        Assert.DoesNotContain("http", page + script, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", script, StringComparison.Ordinal);
        Assert.Contains("data-document=\"/api/openapi.json\"", page, StringComparison.Ordinal);
    }

    private static bool IsOperation(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<WireSocket.RouteMark>() is null && !NoOperations.Any(path => (endpoint.RoutePattern.RawText + "/").StartsWith(path + "/", StringComparison.Ordinal));
}
