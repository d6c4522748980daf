using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Reeve.Protocol;

namespace Reeve.Server.Hosting;

/// <summary>One shared "user:password" for the whole API. Websockets carry it in their first message instead.</summary>
internal sealed class BasicAuthentication(string? secret)
{
    private readonly byte[]? secret = secret is null ? null : Encoding.UTF8.GetBytes(secret);

    internal bool IsOn => secret is not null;

    internal Func<RequestDelegate, RequestDelegate> Middleware => next => http =>
        !IsOn || IsOpen(http.Request) || IsSocket(http) || HoldsSecret(http.Request) ? next(http) : RefuseAsync(http);

    /// <summary>Whether a websocket's first message brought the secret.</summary>
    internal bool Accepts(string? token) => secret is null || (token is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), secret));

    // probes of the infrastructure carry no secrets, and learn nothing from these two
    private static bool IsOpen(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path.Value is "/api/health" or "/api/ready" or "/api/health/" or "/api/ready/";

    // the offer of an upgrade alone says nothing: a route that speaks HTTP would answer it like any other request
    private static bool IsSocket(HttpContext http) =>
        http.WebSockets.IsWebSocketRequest && http.GetEndpoint()?.Metadata.GetMetadata<WireSocket.RouteMark>() is not null;

    private bool HoldsSecret(HttpRequest request)
    {
        if (request.Headers.Authorization.ToString() is not { Length: > 6 } header || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        var given = new byte[header.Length];
        return Convert.TryFromBase64String(header[6..].Trim(), given, out var length) && CryptographicOperations.FixedTimeEquals(given.AsSpan(0, length), secret);
    }

    private static Task RefuseAsync(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"reeve\"";
        return http.AnswerAsync(
            new Problem { ExceptionMessage = "Unauthorized", Detail = "This server asks for authentication: set PREFECT_API_AUTH_STRING (or REEVE_API_AUTH_STRING) to its user:password." },
            StatusCodes.Status401Unauthorized);
    }
}
