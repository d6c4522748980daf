using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Reeve.Protocol;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary>Where protection against forged requests is on, a client fetches a token first and shows it with everything it writes.</summary>
internal sealed class CsrfTokens(Database database, ServerOptions options)
{
    private const string TokenHeader = "Prefect-Csrf-Token";
    private const string ClientHeader = "Prefect-Csrf-Client";
    private const int LongestClient = 255;

    internal Func<RequestDelegate, RequestDelegate> Middleware => next => http => !options.CsrfProtection || !Writes(http.Request) ? next(http) : CheckAsync(http, next);

    internal async Task CreateAsync(HttpContext http)
    {
        if (!options.CsrfProtection)
        {
            await http.ProblemAsync(StatusCodes.Status422UnprocessableEntity, "CSRF protection is disabled.").ConfigureAwait(false);
            return;
        }
        var client = http.Request.Query["client"].ToString();
        if (client.Length is 0 or > LongestClient)
            throw new InvalidRequestException("query.client", client.Length == 0 ? "Field required" : $"String should have at most {LongestClient} characters", client.Length == 0 ? "missing" : "string_too_long");
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var stored = await database.WriteAsync(session => StoreAsync(session, client, token), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(stored).ConfigureAwait(false);
    }

    private async ValueTask<CsrfToken> StoreAsync(Session session, string client, string token)
    {
        var now = options.Clock.GetUtcNow();
        await session.ExecuteAsync("delete from csrf_token where expiration < @now", ("now", now)).ConfigureAwait(false);
        await session.ExecuteAsync(
            """
            insert into csrf_token (client, id, created, updated, token_hash, expiration) values (@client, @id, @now, @now, @hash, @expiration)
            on conflict (client) do update set token_hash = excluded.token_hash, expiration = excluded.expiration, updated = excluded.updated
            """,
            ("client", client), ("id", Ids.New(now)), ("now", now), ("hash", Hash(token)), ("expiration", now + options.CsrfTokenLife)).ConfigureAwait(false);
        return (await session.QueryFirstAsync(
            "select id, created, updated, expiration from csrf_token where client = @client",
            row => new CsrfToken(row.Id(0), row.Time(1), row.Time(2), token, client, row.Time(3)),
            ("client", client)).ConfigureAwait(false))!;
    }

    private async Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        var (token, client) = (http.Request.Headers[TokenHeader].ToString(), http.Request.Headers[ClientHeader].ToString());
        var refusal = token.Length == 0 ? "Missing CSRF token." : client.Length == 0 ? "Missing client identifier." : await RefusalAsync(client, token, http.RequestAborted).ConfigureAwait(false);
        await (refusal is null ? next(http) : http.ProblemAsync(StatusCodes.Status403Forbidden, refusal)).ConfigureAwait(false);
    }

    private async Task<string?> RefusalAsync(string client, string token, CancellationToken cancellation)
    {
        var known = await database.ReadAsync(
            session => session.QueryFirstAsync("select token_hash from csrf_token where client = @client and expiration > @now", static row => row.Text(0), ("client", client), ("now", options.Clock.GetUtcNow())),
            cancellation).ConfigureAwait(false);
        return known is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known), Encoding.ASCII.GetBytes(Hash(token))) ? null : "Invalid CSRF token or client identifier.";
    }

    private static bool Writes(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) || HttpMethods.IsPatch(request.Method) || HttpMethods.IsDelete(request.Method);

    // the token opens the door for its life, so it is not kept as it is
    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>The answer of <c>GET /csrf-token</c>.</summary>
internal sealed record CsrfToken(Guid Id, DateTimeOffset Created, DateTimeOffset Updated, string Token, string Client, DateTimeOffset Expiration);
