using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Reeve.Cli.Commands.Demo;

/// <summary>Serves bare git repositories by HTTP on loopback, to nobody without the token: git's own http-backend behind Kestrel.
/// The token may stand as user or as password, as the hosts of git have it.</summary>
internal sealed class GitHttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _root;
    private readonly byte[] _token;

    private GitHttpServer(WebApplication app, string root, string token) => (_app, _root, _token) = (app, root, Encoding.UTF8.GetBytes(token));

    /// <summary>"http://127.0.0.1:4711".</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public int Port => new Uri(Address).Port;

    public static async Task<GitHttpServer> StartAsync(string root, string token, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        var server = new GitHttpServer(app, root, token);
        app.Run(server.AnswerAsync);
        await app.StartAsync(ct);
        return server;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (!IsAllowed(http.Request.Headers.Authorization))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"private repositories\"";
            await http.Response.WriteAsync("This repository is private.\n", http.RequestAborted);
            return;
        }

        using var backend = Start(http.Request);
        var sending = SendAsync(http.Request.Body, backend.StandardInput.BaseStream, http.RequestAborted);
        try
        {
            await AnswerFromAsync(backend.StandardOutput.BaseStream, http);
            await sending;
        }
        finally
        {
            if (!backend.HasExited)
                backend.Kill();
        }
    }

    private bool IsAllowed(string? header)
    {
        if (header is null || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        var buffer = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), buffer, out var length))
            return false;
        var login = Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2);
        return login.Any(part => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(part), _token));
    }

    // The interface of CGI: the request in the environment, its body as input, the answer with its headers as output.
    private Process Start(HttpRequest request)
    {
        var start = new ProcessStartInfo("git") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("http-backend");
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
                 [
                     ("GIT_PROJECT_ROOT", _root),
                     ("GIT_HTTP_EXPORT_ALL", "1"),
                     ("GATEWAY_INTERFACE", "CGI/1.1"),
                     ("REQUEST_METHOD", request.Method),
                     ("PATH_INFO", request.Path.Value),
                     ("QUERY_STRING", request.QueryString.Value?.TrimStart('?')),
                     ("CONTENT_TYPE", request.ContentType),
                     ("CONTENT_LENGTH", request.ContentLength?.ToString(CultureInfo.InvariantCulture)),
                     ("HTTP_CONTENT_ENCODING", request.Headers.ContentEncoding),
                     ("GIT_PROTOCOL", request.Headers["Git-Protocol"]),
                     ("REMOTE_USER", "demo"),
                     ("REMOTE_ADDR", "127.0.0.1"),
                 ])
            start.Environment[name] = string.IsNullOrEmpty(value) ? null : value;
        return Process.Start(start)!;
    }

    private static async Task SendAsync(Stream from, Stream to, CancellationToken ct)
    {
        try
        {
            await from.CopyToAsync(to, ct);
        }
        catch (IOException)
        {
            // The backend answered without reading to the end.
        }
        finally
        {
            await to.DisposeAsync();
        }
    }

    private static async Task AnswerFromAsync(Stream output, HttpContext http)
    {
        while (await ReadLineAsync(output, http.RequestAborted) is { Length: > 0 } line)
        {
            var (name, value) = line.Split(':', 2) is [var n, var v] ? (n, v.Trim()) : (line, "");
            if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
                http.Response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            else
                http.Response.Headers[name] = value;
        }

        await output.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    // The head is read byte by byte: what follows it is binary and must stay in the stream.
    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken ct)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, ct) == 1 && one[0] != '\n')
        {
            if (one[0] != '\r')
                line.Append((char)one[0]);
        }

        return line.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
