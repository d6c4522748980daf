using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Reeve.Tests.Api;

namespace Reeve.Tests.Results;

/// <summary>A web server that keeps what is PUT to it.</summary>
internal sealed class Bucket : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    public Bucket() => _server = LoopbackServer.Start(AnswerAsync);

    public string Url => _server.Url + "/";

    public ConcurrentDictionary<string, byte[]> Content { get; } = new();

    public ConcurrentQueue<string?> Authorizations { get; } = new();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Authorizations.Enqueue(context.Request.Headers.Authorization);
        if (context.Request.Method == "PUT")
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Content[path] = body.ToArray();
        }
        else if (Content.TryGetValue(path, out var answer))
        {
            await context.Response.Body.WriteAsync(answer);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
