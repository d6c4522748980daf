using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Reeve.Tests.Api;

/// <summary>
/// A web server on a free loopback port: Kestrel without a host around it. <see cref="System.Net.HttpListener"/> cannot take its place: closed while
/// requests are under way, it hangs for ever about once in a thousand times, and with it every other one of the process.
/// </summary>
public sealed class LoopbackServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly Func<HttpContext, Task> _answer;

    private LoopbackServer(Func<HttpContext, Task> answer)
    {
        _answer = answer;
        var options = new KestrelServerOptions { ApplicationServices = new ServiceCollection().BuildServiceProvider(), AllowSynchronousIO = true };
        options.Listen(System.Net.IPAddress.Loopback, 0);
        options.Limits.MaxRequestBodySize = null;
        _server = new(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary>Without a slash at its end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Listens; each request is answered by <paramref name="answer"/>, several at once.</summary>
    public static LoopbackServer Start(Func<HttpContext, Task> answer)
    {
        var server = new LoopbackServer(answer);
        server._server.StartAsync(server, CancellationToken.None).GetAwaiter().GetResult(); // binding a socket waits for nothing
        server.Url = server._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return server;
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => _answer(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <summary>Ends at once; who waits for an answer gets none.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}
