using System.Net;
using System.Net.Sockets;

namespace Reeve.Deployments.Tests.Support;

/// <summary>Passes TCP connections on, and cuts the first of them in the middle: after so many bytes either way.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly int _after;
    private readonly Task _loop;
    private int _cutsLeft;

    public CuttingProxy(int target, int cuts, int after)
    {
        (_target, _cutsLeft, _after) = (target, cuts, after);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int CutsLeft => Math.Max(0, Volatile.Read(ref _cutsLeft));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAny(PassAsync(client, server), PassAsync(server, client));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // one side went away
        }
        client.Client.Close(0); // a reset, as a router that forgot the connection sends it
    }

    private async Task PassAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        for (var passed = 0; ;)
        {
            var count = await from.GetStream().ReadAsync(buffer, _end.Token);
            if (count == 0)
                return;
            passed += count;
            if (passed > _after && Interlocked.Decrement(ref _cutsLeft) >= 0)
                return;
            await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _end.Token);
        }
    }
}
