using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Reeve.Tests.Results;

/// <summary>A web server that keeps what is PUT to it.</summary>
internal sealed class Bucket : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public Bucket()
    {
        while (Url.Length == 0)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            try
            {
                _listener.Prefixes.Clear();
                _listener.Prefixes.Add(url);
                _listener.Start();
                Url = url;
            }
            catch (HttpListenerException)
            {
                // Somebody took the port in between; the next one.
            }
        }

        _serving = Task.Run(ServeAsync);
    }

    public string Url { get; } = "";

    public ConcurrentDictionary<string, byte[]> Content { get; } = new();

    public ConcurrentQueue<string?> Authorizations { get; } = new();

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var path = context.Request.Url!.AbsolutePath;
            Authorizations.Enqueue(context.Request.Headers["Authorization"]);
            byte[] answer = [];
            if (context.Request.HttpMethod == "PUT")
            {
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Content[path] = body.ToArray();
            }
            else if (!Content.TryGetValue(path, out answer!))
            {
                (answer, context.Response.StatusCode) = ([], 404);
            }

            context.Response.Close(answer, willBlock: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }
}
