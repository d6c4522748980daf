using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Sockets;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Docker;

/// <summary>
/// A Docker engine of its own, with a base image made of a static busybox. It needs root, dockerd and busybox; where they are missing its tests
/// are skipped. One is shared by a whole run of the tests.
/// </summary>
public sealed class DockerHost : IAsyncDisposable
{
    public const string Base = "reeve-test/base:1";

    private readonly string _folder;
    private readonly Process _daemon;
    private readonly Watchdog _watchdog;
    private readonly Task<string> _log;

    private DockerHost(string folder, Process daemon, Task<string> log) => (_folder, _daemon, _log, _watchdog) = (folder, daemon, log, new Watchdog(daemon, folder));

    public string Address => AddressIn(_folder);

    public int ProcessId => _daemon.Id;

    /// <summary>Why there can be no engine here, or null.</summary>
    public static string? Missing() =>
        Environment.UserName != "root" ? "a Docker engine can be started by root only"
        : Find("dockerd") is null || Find("docker") is null ? "there is no dockerd (package docker.io)"
        : Find("busybox") is null ? "there is no busybox (package busybox-static)"
        : null;

    /// <param name="data">Where images lie; null: in a folder of its own, with the base image in it.</param>
    public static async Task<DockerHost> StartAsync(string? data = null, params IEnumerable<string> more)
    {
        if (Missing() is { } missing)
            Assert.Skip(missing);
        var folder = Directory.CreateTempSubdirectory("reeve-dk-").FullName;
        var (daemon, log) = Start(Find("dockerd")!,
        [
            "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=overlay2", "--host", AddressIn(folder), "--data-root", data ?? Path.Combine(folder, "data"),
            "--exec-root", Path.Combine(folder, "exec"), "--pidfile", Path.Combine(folder, "pid"), "--config-file", Empty(folder), .. more,
        ]);
        var host = new DockerHost(folder, daemon, log);
        var since = TimeProvider.System.GetTimestamp();
        while (!Answers(folder))
        {
            if (daemon.HasExited || TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromMinutes(1))
                Assert.Skip("dockerd does not start here: " + (daemon.HasExited ? string.Join('\n', (await log).Split('\n').TakeLast(3)) : "it does not answer"));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        await host.ImportAsync(Base, WriteBusybox);
        return host;
    }

    /// <summary>The settings a step finds this engine by; nothing of the user's own.</summary>
    public string? Variable(string name) => name switch
    {
        "DOCKER_HOST" => Address,
        "DOCKER_CONFIG" => Path.Combine(_folder, "config"),
        "PATH" => Environment.GetEnvironmentVariable("PATH"),
        _ => null,
    };

    /// <summary>Writes the config.json that steps on this engine read.</summary>
    public void Configure(string json)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "config"));
        File.WriteAllText(Path.Combine(_folder, "config", "config.json"), json);
    }

    /// <summary>Makes an image of a tree.</summary>
    public async Task ImportAsync(string name, Action<TarWriter> tree, params IEnumerable<string> variables)
    {
        var archive = Path.Combine(_folder, $"{Guid.NewGuid():N}.tar");
        await using (var stream = File.Create(archive))
        await using (var tar = new TarWriter(stream))
            tree(tar);
        await DockerAsync(["import", .. variables.Prepend("PATH=/usr/local/bin:/usr/bin:/bin").SelectMany(variable => (string[])["--change", "ENV " + variable]), archive, name]);
        File.Delete(archive);
    }

    /// <summary>Runs docker's own command line on this engine.</summary>
    public async Task<string> DockerAsync(params string[] words)
    {
        var start = new ProcessStartInfo(Find("docker")!, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_HOST"] = Address;
        start.Environment["DOCKER_CONFIG"] = Path.Combine(_folder, "cli");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"docker {string.Join(' ', words)}: {await error}");
        return output.TrimEnd('\n');
    }

    /// <summary>What a command prints in a container of the image.</summary>
    public Task<string> InAsync(string image, params string[] command) => DockerAsync(["run", "--rm", "--network", "none", image, .. command]);

    public async Task KillAsync()
    {
        _daemon.Kill();
        await _daemon.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _watchdog.Dispose();
        if (!_daemon.HasExited)
        {
            using var kill = Process.Start("kill", [$"{_daemon.Id}"]);
            await kill.WaitForExitAsync();
            await _daemon.WaitForExitAsync();
        }
        _daemon.Dispose();
        await RemoveAsync();
    }

    private static bool Answers(string folder)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(folder, "docker.sock")));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // What containers had mounted may still be when the engine was killed.
    private async Task RemoveAsync()
    {
        var mounts = (await File.ReadAllLinesAsync("/proc/mounts")).Select(line => line.Split(' ')[1].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(path => path.StartsWith(_folder + "/", StringComparison.Ordinal)).Reverse().ToList();
        foreach (var mount in mounts)
        {
            using var umount = Process.Start(new ProcessStartInfo("umount", ["-l", mount]) { RedirectStandardError = true })!;
            await umount.WaitForExitAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':')
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    internal static (Process, Task<string>) Start(string program, IEnumerable<string> arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        return (process, process.StandardError.ReadToEndAsync());
    }

    public static void WriteBusybox(TarWriter tar)
    {
        foreach (var folder in (string[])["bin/", "tmp/", "etc/", "usr/", "usr/local/", "usr/local/bin/"])
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0x1FF });
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/passwd") { DataStream = new MemoryStream("root:x:0:0:root:/root:/bin/sh\n"u8.ToArray()) }); // NuGet waits for ever without
        tar.WriteEntry(Find("busybox")!, "bin/busybox");
        foreach (var applet in (string[])["sh", "cat", "echo", "ls", "sleep", "find", "wc", "env", "rm", "dd", "false", "pwd", "readlink", "ln", "mkdir", "printenv"])
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
    }

    private static string AddressIn(string folder) => $"unix://{folder}/docker.sock";

    private static string Empty(string folder)
    {
        var file = Path.Combine(folder, "daemon.json");
        File.WriteAllText(file, "{}");
        return file;
    }
}

/// <summary>The engine that the tests of one run share; it is started by the first that asks.</summary>
public sealed class SharedDockerHost : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private DockerHost? _host;

    public async Task<DockerHost> GetAsync()
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _host ??= await DockerHost.StartAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _turn.Dispose();
    }
}
