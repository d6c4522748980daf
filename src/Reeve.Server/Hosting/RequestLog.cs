using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Reeve.Server.Hosting;

/// <summary>One line for each request at debug level. Neither headers nor bodies nor query: they may hold secrets.</summary>
internal sealed partial class RequestLog(RequestDelegate next, TimeProvider clock, ILogger<RequestLog> log)
{
    public Task InvokeAsync(HttpContext http) => log.IsEnabled(LogLevel.Debug) ? TimedAsync(http) : next(http);

    private async Task TimedAsync(HttpContext http)
    {
        var began = clock.GetTimestamp();
        var (method, path) = (http.Request.Method, http.Request.Path.Value ?? "");
        try
        {
            await next(http).ConfigureAwait(false);
        }
        finally
        {
            Answered(method, path, http.Response.StatusCode, clock.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Method} {Path} answered {Status} in {Milliseconds:0.0} ms")]
    private partial void Answered(string method, string path, int status, double milliseconds);
}
