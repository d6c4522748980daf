using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Reeve.Server.Hosting.OpenApi;

/// <summary>Serves the OpenAPI document, made when it is first asked for, and a page to browse it that needs nothing from elsewhere.</summary>
internal sealed class ReferenceApi(EndpointDataSource endpoints)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    // an address of the document resolves its servers against itself, so both work behind any prefix
    private readonly Lazy<byte[]> beside = new(() => Document(endpoints, "."));
    private readonly Lazy<byte[]> inside = new(() => Document(endpoints, ".."));

    private static readonly Lazy<FrozenDictionary<string, byte[]>> Files = new(() => ((string[])["reference.html", "reference.js", "reference.css"]).ToFrozenDictionary(name => name, Read, StringComparer.Ordinal));

    internal void Map(IEndpointRouteBuilder root)
    {
        root.MapGet("/openapi.json", http => SendAsync(http, beside.Value, "application/json")).WithMetadata(new UnlistedRoute());
        root.MapGet("/api/openapi.json", http => SendAsync(http, inside.Value, "application/json")).Says("This document.").Answers<System.Text.Json.JsonElement>();
        foreach (var page in (string[])["/docs", "/redoc", "/api/docs"])
        {
            root.MapGet(page, http => PageAsync(http, page)).WithMetadata(new UnlistedRoute());
            root.MapGet(page + "/reference.js", http => SendAsync(http, Files.Value["reference.js"], "text/javascript; charset=utf-8")).WithMetadata(new UnlistedRoute());
            root.MapGet(page + "/reference.css", http => SendAsync(http, Files.Value["reference.css"], "text/css; charset=utf-8")).WithMetadata(new UnlistedRoute());
        }
    }

    private static byte[] Document(EndpointDataSource endpoints, string server) => Encoding.UTF8.GetBytes(OpenApiDocument.Of(endpoints.Endpoints, server).ToJsonString());

    // the page finds its files and the document from where it lies
    private static Task PageAsync(HttpContext http, string page)
    {
        var prefix = http.Request.PathBase.ToUriComponent();
        var html = Encoding.UTF8.GetString(Files.Value["reference.html"])
            .Replace("{files}", Encoded(prefix + page), StringComparison.Ordinal)
            .Replace("{document}", Encoded(prefix + "/api/openapi.json"), StringComparison.Ordinal);
        http.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return SendAsync(http, Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
    }

    private static string Encoded(string address) => System.Text.Encodings.Web.HtmlEncoder.Default.Encode(address);

    private static async Task SendAsync(HttpContext http, byte[] content, string contentType)
    {
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentType = contentType;
        http.Response.ContentLength = content.Length;
        await http.Response.Body.WriteAsync(content, http.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(ReferenceApi).Assembly.GetManifestResourceStream("reference/" + name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
