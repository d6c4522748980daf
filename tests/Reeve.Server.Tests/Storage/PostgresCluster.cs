using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Reeve.Server.Tests.Storage;

/// <summary>A PostgreSQL cluster of a test's own, which it may stop and start; it disappears with the test.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private readonly string folder;
    private readonly string programs;

    private PostgresCluster(string folder, string programs, int port) =>
        (this.folder, this.programs, Connection) = (folder, programs, string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres"));

    internal string Connection { get; }

    private string Data => Path.Combine(folder, "data");

    internal static async Task<PostgresCluster> StartAsync(CancellationToken cancellation)
    {
        var programs = FindPrograms();
        Assert.SkipWhen(programs is null, "PostgreSQL: its programs initdb and pg_ctl are needed to run this.");
        var folder = Directory.CreateTempSubdirectory("reeve-test-cluster-").FullName;
        var cluster = new PostgresCluster(folder, programs!, FreePort());
        if (Environment.UserName == "root") // PostgreSQL refuses to run as root
            await RunAsync("chown", ["postgres", folder], cancellation);
        await cluster.RunAsAsync("initdb", ["-D", cluster.Data, "-A", "trust", "-E", "UTF8", "--locale=C", "-U", "postgres", "--no-sync"], cancellation);
        await cluster.ControlAsync(["start"], cancellation);
        return cluster;
    }

    /// <summary>Returns when it answers again. "immediate" is its crash: connections are cut, and the log is played back at the start.</summary>
    internal Task RestartAsync(string mode, CancellationToken cancellation) => ControlAsync(["restart", "-m", mode], cancellation);

    private Task ControlAsync(string[] verb, CancellationToken cancellation)
    {
        var port = Connection.Split(';').Single(part => part.StartsWith("Port=", StringComparison.Ordinal))[5..];
        // the machine does not fail, so nothing need reach the disk
        return RunAsAsync("pg_ctl", ["-D", Data, "-w", "-l", Path.Combine(folder, "log"), "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off", .. verb], cancellation);
    }

    private Task RunAsAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var path = Path.Combine(programs, program);
        return Environment.UserName == "root" ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments], cancellation) : RunAsync(path, arguments, cancellation);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        // no pipes: the cluster would keep them open
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string? FindPrograms()
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).AsEnumerable();
        if (Directory.Exists("/usr/lib/postgresql"))
            places = places.Concat(Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")));
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb")) && File.Exists(Path.Combine(place, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await ControlAsync(["stop", "-m", "immediate"], CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }
}
