using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Reeve.Bench;

/// <summary>A server that the benchmark starts by itself, with a home that disappears with it.</summary>
internal sealed class StartedServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _home;

    private StartedServer(Process process, string home, Uri api) => (_process, _home, Api) = (process, home, api);

    public Uri Api { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts the command line program (a .dll or an executable) on a database; null: a new SQLite file.</summary>
    public static async Task<StartedServer> StartAsync(string program, string? database, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("reeve-bench-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo(program.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet" : program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (start.FileName == "dotnet")
            start.ArgumentList.Add(program);
        foreach (var argument in (string[])["server", "start", "--port", port.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        start.Environment["REEVE_HOME"] = home;
        // the environment, not an argument: it may hold a password
        start.Environment["REEVE_SERVER_DATABASE_CONNECTION_URL"] = database ?? $"sqlite:///{Path.Combine(home, "reeve.db")}";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new StartedServer(process, home, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api")));
        await server.AwaitHealthAsync(ct);
        return server;
    }

    private async Task AwaitHealthAsync(CancellationToken ct)
    {
        for (var tries = 0; ; tries++)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The server ended with {_process.ExitCode} before it answered.");
            try
            {
                using var connection = new HttpConnection(Api);
                await connection.OpenAsync(ct);
                if (!(await connection.SendAsync("GET", "health", default, ct)).IsError)
                    return;
            }
            catch (Exception fault) when (tries < 300 && fault is SocketException or IOException)
            {
                // not there yet
            }
            await Task.Delay(100, ct);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_home, recursive: true);
    }
}
