using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Reeve.Deployments.Tests.Support;

/// <summary>An OpenSSH server of our own on a free loopback port, with a host key and one user key that it lets in.</summary>
public sealed class SshHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Watchdog _watchdog;
    private readonly Task<string> _rest;

    private SshHost(string program)
    {
        Port = FreePort();
        KeyGen("host");
        KeyGen("user");
        KeyGen("stranger");
        File.Copy(_folder.At("user.pub"), _folder.At("authorized_keys"));
        _folder.Write("sshd_config", $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {_folder.At("host")}
            AuthorizedKeysFile {_folder.At("authorized_keys")}
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            PermitRootLogin yes
            """);
        Directory.CreateDirectory("/run/sshd");
        _process = Process.Start(new ProcessStartInfo(program, ["-D", "-e", "-f", _folder.At("sshd_config")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _watchdog = new Watchdog(_process, _folder.Path);
        while (_process.StandardError.ReadLine() is { } line && !line.StartsWith("Server listening", StringComparison.Ordinal))
            continue;
        _rest = _process.StandardError.ReadToEndAsync(); // a full pipe would stop it
    }

    public int Port { get; }

    public string UserKey => File.ReadAllText(_folder.At("user"));

    public string StrangerKey => File.ReadAllText(_folder.At("stranger"));

    public string KnownHosts => $"[127.0.0.1]:{Port} {File.ReadAllText(_folder.At("host.pub"))}";

    public string AddressOf(string path) => $"ssh://{Environment.UserName}@127.0.0.1:{Port}{path}";

    /// <summary>A server, or a skipped test where there is none to start.</summary>
    public static SshHost StartOrSkip()
    {
        var program = new[] { "/usr/sbin/sshd", "/usr/local/sbin/sshd" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null || Environment.UserName != "root" && !Directory.Exists("/run/sshd"), "no sshd that can be started here (package openssh-server)");
        return new SshHost(program!);
    }

    public async ValueTask DisposeAsync()
    {
        _watchdog.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
        _folder.Dispose();
    }

    private void KeyGen(string name)
    {
        using var process = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", _folder.At(name)]);
        process.WaitForExit();
    }

    // sshd cannot say which port it took.
    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
