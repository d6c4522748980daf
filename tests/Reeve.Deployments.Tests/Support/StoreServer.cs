using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Reeve.Deployments.Tests.Support;

/// <summary>An object store that is another program: started on a free loopback port when a test first needs it, ended with the tests.</summary>
public sealed class StoreServer : IDisposable
{
    private readonly Process _process;
    private readonly Watchdog _watchdog;
    private readonly TemporaryFolder _data = new();

    private StoreServer(string program, Func<int, string, IEnumerable<string>> arguments)
    {
        Port = FreePort();
        var start = new ProcessStartInfo(program, arguments(Port, _data.Path)) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _data.Path };
        start.Environment["NODE_OPTIONS"] = "--openssl-legacy-provider"; // s3rver writes its continuation tokens in DES
        _process = Process.Start(start)!;
        _watchdog = new Watchdog(_process, _data.Path);
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>
    /// A program of a folder of npm packages, which <c>./test</c> fills and names in REEVE_TEST_NPM; null when there is none. Fixtures start it, and a skip in a fixture would be
    /// a failure: the test that asks for it is skipped (<see cref="Skipped"/>).
    /// </summary>
    public static async Task<StoreServer?> StartAsync(string package, Func<int, string, IEnumerable<string>> arguments, CancellationToken ct)
    {
        var folder = Environment.GetEnvironmentVariable("REEVE_TEST_NPM");
        var program = folder is null ? null : Path.Combine(folder, "node_modules", ".bin", package);
        if (program is null || !File.Exists(program))
            return null;
        var server = new StoreServer(program, arguments);
        try
        {
            await server.AnswersAsync(ct);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Skips the test that needs the program.</summary>
    public static StoreServer Skipped(string package)
    {
        Assert.Skip($"{package} is not installed (REEVE_TEST_NPM names no folder that has it); ./test installs it where npm is");
        throw new UnreachableException();
    }

    public static Task<StoreServer?> AzuriteAsync(CancellationToken ct) => StartAsync("azurite-blob",
        (port, data) => ["--silent", "--location", data, "--blobHost", "127.0.0.1", "--blobPort", $"{port}", "--disableTelemetry", "--skipApiVersionCheck"], ct);

    public static Task<StoreServer?> S3Async(CancellationToken ct, params IEnumerable<string> buckets) => StartAsync("s3rver",
        (port, data) => ["--silent", "--directory", data, "--address", "127.0.0.1", "--port", $"{port}", .. buckets.SelectMany(bucket => (string[])["--configure-bucket", bucket])], ct);

    public void Dispose()
    {
        _watchdog.Dispose();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _data.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task AnswersAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await ticks.WaitForNextTickAsync(limit.Token))
        {
            Assert.False(_process.HasExited, "the store's program ended");
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                // not yet
            }
        }
    }
}
