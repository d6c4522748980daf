using Microsoft.AspNetCore.Http;

namespace Reeve.Server.Hosting;

/// <summary>
/// The prefix under which a proxy offers the whole server, and another path of the API. Without the prefix everything answers too, for proxies that take it away
/// and for probes.
/// </summary>
internal sealed class BasePaths(RequestDelegate next, ServerOptions options)
{
    private readonly PathString apiBase = options.ApiBasePath is null or "/api" ? default : new PathString(options.ApiBasePath);
    private readonly PathString wholeBase = options.BasePath.Length == 0 ? default : new PathString(options.BasePath);

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (wholeBase.HasValue && request.Path.StartsWithSegments(wholeBase, StringComparison.Ordinal, out var rest))
            (request.PathBase, request.Path) = (request.PathBase + wholeBase, rest.HasValue ? rest : "/");
        if (apiBase.HasValue && request.Path.StartsWithSegments(apiBase, StringComparison.Ordinal, out var inApi))
            request.Path = "/api" + inApi;
        return next(http);
    }
}
