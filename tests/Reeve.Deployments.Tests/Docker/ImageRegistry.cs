using System.Diagnostics;
using System.Text.RegularExpressions;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Docker;

/// <summary>A registry of images (docker-registry) behind basic authentication, on a free port.</summary>
public sealed partial class ImageRegistry : IAsyncDisposable
{
    public const string User = "pusher";

    private readonly string _folder;
    private readonly Process _process;
    private readonly Watchdog _watchdog;

    private ImageRegistry(string folder, Process process, string address) => (_folder, _process, _watchdog, Address) = (folder, process, new Watchdog(process, folder), address);

    /// <summary>Host and port.</summary>
    public string Address { get; }

    public static string Password { get; } = "pw-" + Guid.NewGuid().ToString("N");

    public static async Task<ImageRegistry> StartAsync()
    {
        if (DockerHost.Find("docker-registry") is not { } program || DockerHost.Find("htpasswd") is not { } htpasswd)
        {
            Assert.Skip("there is no docker-registry or htpasswd (packages docker-registry, apache2-utils)");
            throw new UnreachableException();
        }
        var folder = Directory.CreateTempSubdirectory("reeve-rg-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), await HashAsync(htpasswd));
        await File.WriteAllTextAsync(Path.Combine(folder, "registry.yml"), $$"""
            version: 0.1
            log: { level: info, formatter: json }
            storage: { filesystem: { rootdirectory: {{folder}}/images } }
            http: { addr: "127.0.0.1:0" }
            auth: { htpasswd: { realm: images, path: {{folder}}/users } }
            """);
        var process = Process.Start(new ProcessStartInfo(program, ["serve", Path.Combine(folder, "registry.yml")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is not { Success: true } match)
                continue;
            _ = process.StandardError.ReadToEndAsync();
            return new ImageRegistry(folder, process, match.Groups[1].Value);
        }
        throw new InvalidOperationException("docker-registry does not start");
    }

    public async ValueTask DisposeAsync()
    {
        _watchdog.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> HashAsync(string htpasswd)
    {
        using var process = Process.Start(new ProcessStartInfo(htpasswd, ["-niB", User]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(Password);
        process.StandardInput.Close();
        var hash = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return hash.Trim() + "\n";
    }

    [GeneratedRegex(@"listening on (127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
