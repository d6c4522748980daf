using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary>The one place that turns exceptions into answers.</summary>
internal sealed partial class ProblemAnswers(RequestDelegate next, ILogger<ProblemAnswers> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http).ConfigureAwait(false);
            if (http.Response is { HasStarted: false, StatusCode: 404 or 405, ContentLength: null, ContentType: null })
                await http.ProblemAsync(http.Response.StatusCode, http.Response.StatusCode == 404 ? "Not Found" : "Method Not Allowed").ConfigureAwait(false);
        }
        catch (Exception fault) when (http.RequestAborted.IsCancellationRequested && fault is OperationCanceledException or WebSocketException)
        {
            // nobody is there to be answered
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, fault).ConfigureAwait(false);
        }
    }

    private Task AnswerAsync(HttpContext http, Exception fault)
    {
        http.Response.Clear();
        switch (fault)
        {
            case InvalidRequestException invalid:
                return http.AnswerAsync(
                    new Problem { ExceptionMessage = "Invalid request received.", ExceptionDetail = invalid.Faults, RequestBody = invalid.Body },
                    StatusCodes.Status422UnprocessableEntity);
            case StorageException { IsUnstorable: true } unstorable:
                return http.AnswerAsync(
                    new Problem { ExceptionMessage = "Invalid request received.", ExceptionDetail = [new Fault(["body"], unstorable.Message, "value_error")] },
                    StatusCodes.Status422UnprocessableEntity);
            case StorageBusyException busy:
                http.Response.Headers.RetryAfter = Math.Ceiling(busy.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return http.ProblemAsync(StatusCodes.Status503ServiceUnavailable, busy.Message);
            case BadHttpRequestException bad:
                return http.ProblemAsync(bad.StatusCode, bad.Message);
            default:
                Failed(fault, http.Request.Method, http.Request.Path.Value ?? "");
                return http.AnswerAsync(new Problem { ExceptionMessage = "Internal Server Error" }, StatusCodes.Status500InternalServerError);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void Failed(Exception fault, string method, string path);
}
