using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Reeve.Server.Storage;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

/// <summary>Over real connections: what a stop does to those who are served at that moment.</summary>
public sealed class StopTests : IAsyncLifetime
{
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
            LargestBody = 10_000,
            Logging = logging => logging.SetMinimumLevel(LogLevel.None),
        });
        await server.StartAsync(TestHost.Cancellation);
    }

    [Fact]
    public async Task A_request_under_way_is_answered()
    {
        var address = new Uri(server!.Address);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, TestHost.Cancellation);
        var stream = connection.GetStream();
        await stream.WriteAsync("POST /api/flows/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n"u8.ToArray(), TestHost.Cancellation);
        // only a server that has begun with the request says that it waits for the rest
        Assert.Equal("HTTP/1.1 100 Continue", await LineAsync(stream));

        var stop = server.StopAsync();
        Assert.True(server.App.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await stream.WriteAsync("{\"name\":\"late\"}"u8.ToArray(), TestHost.Cancellation);
        Assert.Equal("", await LineAsync(stream));
        var status = await LineAsync(stream);
        await stop;

        Assert.Equal("HTTP/1.1 201 Created", status);
    }

    [Fact]
    public async Task No_write_that_was_acknowledged_is_lost()
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 8 }) { BaseAddress = new Uri(server!.Address) };
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = 0;
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            List<string> acknowledged = [];
            for (var i = 0; ; i++)
            {
                var name = $"{writer}-{i}";
                try
                {
                    using var answer = await client.PostAsJsonAsync("/api/flows/", new { name }, TestHost.Cancellation);
                    if (answer.StatusCode != HttpStatusCode.Created)
                        return acknowledged;
                    acknowledged.Add(name);
                }
                catch (HttpRequestException)
                {
                    return acknowledged; // the server is gone
                }
                if (Interlocked.Increment(ref done) == 100)
                    enough.SetResult();
            }
        })).ToList();

        await enough.Task;
        await server.StopAsync();
        var acknowledged = (await Task.WhenAll(writers)).SelectMany(names => names).ToList();
        await server.DisposeAsync();

        await using var reopened = await database!.OpenAsync();
        var stored = (await reopened.ReadAsync(session => session.QueryAsync("select name from flow", row => row.Text(0)), TestHost.Cancellation)).ToHashSet();
        Assert.True(acknowledged.Count >= 100);
        Assert.Empty(acknowledged.Where(name => !stored.Contains(name)));
    }

    [Theory]
    [InlineData("/api/events/in")]
    [InlineData("/api/events/out")]
    public async Task A_socket_is_told_that_the_server_goes_away(string path)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("prefect");
        await socket.ConnectAsync(new Uri(server!.Address.Replace("http:", "ws:", StringComparison.Ordinal) + path), TestHost.Cancellation);
        await SendAsync(socket, """{"type":"auth","token":null}""");
        await socket.ReceiveAsync(new byte[200], TestHost.Cancellation);
        if (path.EndsWith("out", StringComparison.Ordinal))
            await SendAsync(socket, """{"type":"filter","filter":{}}""");

        var stop = server.StopAsync();
        var answer = await socket.ReceiveAsync(new byte[200], TestHost.Cancellation);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestHost.Cancellation);
        await stop;

        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.EndpointUnavailable), (answer.MessageType, answer.CloseStatus));
    }

    [Theory]
    [InlineData(9_000, 422)]
    [InlineData(11_000, 413)]
    public async Task A_body_that_is_too_large_is_not_read(int size, int expected)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server!.Address) };
        using var content = new StringContent(new string('x', size));

        using var answer = await client.PostAsync("/api/flows/", content, TestHost.Cancellation);

        Assert.Equal(expected, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_header_that_is_too_large_is_refused()
    {
        using var client = new HttpClient { BaseAddress = new Uri(server!.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/health");
        request.Headers.Add("X-Large", new string('x', 40_000));

        using var answer = await client.SendAsync(request, TestHost.Cancellation);

        Assert.Equal(431, (int)answer.StatusCode);
    }

    private static async Task<string> LineAsync(NetworkStream stream)
    {
        List<byte> line = [];
        var one = new byte[1];
        while (await stream.ReadAsync(one, TestHost.Cancellation) == 1 && one[0] != '\n')
            line.Add(one[0]);
        return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
    }

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestHost.Cancellation);

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        await database!.DisposeAsync();
    }
}
