using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

/// <summary>Over real connections: an upgrade that a request offers exists only there.</summary>
public sealed class AuthenticationTests : IAsyncLifetime
{
    private static readonly string[] Open = ["GET /api/health", "GET /api/ready"];
    private TestDatabase? database;
    private ServerHost? server;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        server = ServerHost.Build(new ServerOptions
        {
            Home = Path.GetTempPath(),
            Port = 0,
            Database = database.Connection,
            EncryptionKeyFile = Path.Combine(Path.GetTempPath(), $"reeve-test-{Guid.NewGuid():n}.key"),
            ApiAuthentication = "admin:secret",
            Logging = logging => logging.SetMinimumLevel(LogLevel.None),
        });
        await server.StartAsync(TestHost.Cancellation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_route_answers_who_does_not_know_the_secret(bool offersUpgrade)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server!.Address) };
        List<string> answered = [];
        foreach (var (method, path, isSocket) in Routes())
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (offersUpgrade)
            {
                request.Headers.Connection.Add("Upgrade");
                request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
                request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
                request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", "prefect");
                request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
            }
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestHost.Cancellation);
            var expected = isSocket && offersUpgrade ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Unauthorized;
            if (response.StatusCode != expected)
                answered.Add($"{method} {path}: {(int)response.StatusCode}");
        }

        Assert.Equal(Open.Select(route => route + ": 200").Order(), answered.Order());
    }

    [Fact]
    public async Task No_socket_tells_anything_to_who_does_not_know_the_secret()
    {
        foreach (var (_, path, _) in Routes().Where(route => route.IsSocket))
        {
            using var socket = new ClientWebSocket();
            socket.Options.AddSubProtocol("prefect");
            await socket.ConnectAsync(new Uri(server!.Address.Replace("http:", "ws:", StringComparison.Ordinal) + path), TestHost.Cancellation);
            await socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"auth","token":"admin:guess"}"""), WebSocketMessageType.Text, true, TestHost.Cancellation);

            var answer = await socket.ReceiveAsync(new byte[100], TestHost.Cancellation);

            Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (answer.MessageType, answer.CloseStatus));
        }
    }

    [Fact]
    public async Task A_socket_that_has_not_greeted_does_not_hold_up_the_stop()
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("prefect");
        await socket.ConnectAsync(new Uri(server!.Address.Replace("http:", "ws:", StringComparison.Ordinal) + "/api/events/in"), TestHost.Cancellation);

        var began = TimeProvider.System.GetTimestamp();
        await server.StopAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 5);
    }

    private List<(string Method, string Path, bool IsSocket)> Routes() =>
    [
        .. from endpoint in server!.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
           select (method, Filled(endpoint.RoutePattern), endpoint.Metadata.GetMetadata<WireSocket.RouteMark>() is not null),
    ];

    private static string Filled(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart { ParameterPolicies.Count: > 0 } => Guid.NewGuid().ToString(),
        _ => "x",
    }))));

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        await database!.DisposeAsync();
    }
}
