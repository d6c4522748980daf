using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Reeve.Server.Hosting;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

public sealed class PingGateTests
{
    private static readonly byte[] Ping = Frame(0x9, "are you there"u8.ToArray());

    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    [InlineData(70_000)]
    public async Task A_ping_comes_through_only_when_what_was_before_it_is_settled(int size)
    {
        var text = Frame(0x1, new byte[size]);
        using var gate = new PingGate(new MemoryStream([.. text, .. Ping, .. text]));
        var settled = new TaskCompletionSource();
        gate.Settled = cancellation => settled.Task.WaitAsync(cancellation);

        var before = new byte[text.Length];
        await gate.ReadExactlyAsync(before, TestHost.Cancellation);
        Assert.Equal(text, before);
        var after = new byte[Ping.Length + text.Length];
        var reading = gate.ReadExactlyAsync(after, TestHost.Cancellation).AsTask();
        Assert.False(reading.IsCompleted);
        settled.SetResult();
        await reading;

        Assert.Equal([.. Ping, .. text], after);
        Assert.Equal(0, await gate.ReadAsync(new byte[1], TestHost.Cancellation));
    }

    [Fact]
    public async Task Bytes_of_a_text_that_look_like_a_ping_are_none()
    {
        byte[] sent = [.. Frame(0x1, [0x89, 0x80, 0x89, 0x89]), .. Frame(0x2, []), .. Frame(0x0, [0x89])];
        using var gate = new PingGate(new MemoryStream(sent)) { Settled = _ => throw new InvalidOperationException("There was no ping.") };
        var read = new byte[sent.Length];

        for (var i = 0; i < read.Length; i++)
            Assert.Equal(1, await gate.ReadAsync(read.AsMemory(i, 1), TestHost.Cancellation));

        Assert.Equal(sent, read);
    }

    [Fact]
    public async Task A_pong_on_events_in_means_that_the_events_before_are_stored()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var server = ServerHost.Build(new ServerOptions { Home = Path.GetTempPath(), Port = 0, Database = database.Connection, Logging = _ => { }, EncryptionKeyFile = Path.Combine(Path.GetTempPath(), $"reeve-test-{Guid.NewGuid():n}.key") });
        await server.StartAsync(TestHost.Cancellation);
        var address = new Uri(server.Address);
        using var client = new HttpClient { BaseAddress = address };
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, address.Port, TestHost.Cancellation);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /api/events/in HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), TestHost.Cancellation);
        await HeadAsync(stream);

        for (var round = 1; round <= 5; round++)
        {
            var events = Enumerable.Range(0, 300).Select(i => Frame(0x1, Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $$$"""{"id":"{{{Guid.NewGuid()}}}","occurred":"2026-01-01T00:00:00Z","event":"e.{{{i}}}","resource":{"prefect.resource.id":"r"} }"""))));
            await stream.WriteAsync((byte[])[.. events.SelectMany(frame => frame), .. Ping], TestHost.Cancellation);
            var pong = new byte[Ping.Length - 4];
            await stream.ReadExactlyAsync(pong, TestHost.Cancellation);
            Assert.Equal(0x8A, pong[0]);

            using var found = await client.PostAsync("/api/events/filter", new StringContent("""{"limit":0}""", Encoding.UTF8, "application/json"), TestHost.Cancellation);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"total\":{300 * round}"), await found.Content.ReadAsStringAsync(TestHost.Cancellation), StringComparison.Ordinal);
        }
    }

    private static async Task HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, TestHost.Cancellation);
            head.Append((char)one[0]);
        }
        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
    }

    // as a client sends it: whole, with a mask of zeroes
    private static byte[] Frame(int opcode, byte[] payload) =>
    [
        (byte)(0x80 | opcode),
        .. payload.Length switch
        {
            < 126 => (byte[])[(byte)(0x80 | payload.Length)],
            < 65536 => [0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [0x80 | 127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length],
        },
        0, 0, 0, 0,
        .. payload,
    ];
}
