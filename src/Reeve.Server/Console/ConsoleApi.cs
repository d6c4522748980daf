using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Reeve.Server.Console;

/// <summary>Serves the web console at every address outside the API. Its built files are resources of this assembly.</summary>
internal sealed class ConsoleApi
{
    private const string Resources = "console/";
    private const string Index = "index.html";
    private const string Base = "<base href=\"/\" />";

    // nothing inline, nothing from elsewhere, and no frame around it: a log line or a run's name cannot become script
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private readonly Lazy<FrozenDictionary<string, ConsoleFile>> files = new(ReadFiles);

    /// <summary>A middleware and not a route: a route that takes every path would take the answers 404 and 405 from the API.</summary>
    internal Func<RequestDelegate, RequestDelegate> Middleware => next => http => http.GetEndpoint() is null && Find(http.Request) is { } file ? SendAsync(http, file) : next(http);

    private ConsoleFile? Find(HttpRequest request)
    {
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!reads || request.Path.StartsWithSegments("/api"))
            return null;
        var name = request.Path.Value?.TrimStart('/') ?? "";
        if (name != Index && files.Value.TryGetValue(name, out var file))
            return file;
        // a page that was open over an update asks for files that are no more: it must not get HTML for a script
        return name.StartsWith(ConsoleFile.HashedFolder, StringComparison.Ordinal) ? null : IndexFor(request.PathBase);
    }

    /// <summary>The page finds its files and the API from its base, so it can be mounted anywhere.</summary>
    private ConsoleFile IndexFor(PathString pathBase)
    {
        var index = files.Value[Index];
        if (!pathBase.HasValue)
            return index;
        var page = Encoding.UTF8.GetString(index.Content);
        return ConsoleFile.Of(Index, Encoding.UTF8.GetBytes(page.Replace(Base, $"<base href=\"{HtmlEncoder.Default.Encode(pathBase.ToUriComponent())}/\" />", StringComparison.Ordinal)));
    }

    private static async Task SendAsync(HttpContext http, ConsoleFile file)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers[HeaderNames.Vary] = HeaderNames.AcceptEncoding;
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = file.Immutable ? "public, max-age=31536000, immutable" : "no-cache";
        var content = file.Content;
        if (TakesGzip(http.Request))
        {
            headers.ContentEncoding = "gzip";
            content = file.Compressed;
        }
        http.Response.ContentType = file.ContentType;
        http.Response.ContentLength = content.Length;
        if (HttpMethods.IsGet(http.Request.Method))
            await http.Response.Body.WriteAsync(content, http.RequestAborted).ConfigureAwait(false);
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);

    private static FrozenDictionary<string, ConsoleFile> ReadFiles()
    {
        var assembly = typeof(ConsoleApi).Assembly;
        var found = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
            .Select(name => (Name: name[Resources.Length..].Replace('\\', '/'), Content: Read(assembly, name)))
            .ToFrozenDictionary(file => file.Name, file => ConsoleFile.Of(file.Name, file.Content), StringComparer.Ordinal);
        if (!found.TryGetValue(Index, out var index) || !Encoding.UTF8.GetString(index.Content).Contains(Base, StringComparison.Ordinal))
            throw new InvalidOperationException($"The built console is not complete: its {Index} is missing or has no {Base}.");
        return found;
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
