using System.Diagnostics;
using Reeve.Deployments.Tests.Docker;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Docker;

/// <summary>Engines that are away, go away in the middle, or have no room left.</summary>
public sealed class DockerFaultTests
{
    [Fact]
    public async Task Engine_that_is_away_is_said_with_its_address()
    {
        using var bench = new DockerBench(name => name == "DOCKER_HOST" ? "unix:///tmp/reeve-no-such.sock" : null);
        bench.Folder.Write("Dockerfile", "FROM scratch\n");

        Assert.StartsWith("build_docker_image: there is no Docker engine at unix:///tmp/reeve-no-such.sock: ", await bench.BuildFailsAsync("""{"tag": "1"}"""), StringComparison.Ordinal);
        Assert.EndsWith("start it, or say where it is with DOCKER_HOST or DOCKER_CONTEXT", await bench.PushFailsAsync("""{"image_name": "x", "tag": "1"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_killed_while_it_builds_ends_the_step()
    {
        await using var host = await DockerHost.StartAsync();
        using var bench = new DockerBench(host.Variable);
        bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nRUN echo now-sleeping && sleep 600\n");
        Task killed = Task.CompletedTask;
        bench.Heard = line =>
        {
            if (line.StartsWith("now-sleeping", StringComparison.Ordinal))
                killed = host.KillAsync();
        };

        var message = await bench.BuildFailsAsync("""{"tag": "1"}""");

        Assert.StartsWith($"build_docker_image: the connection to the Docker engine at {host.Address} broke off", message, StringComparison.Ordinal);
        await killed;
    }

    [Fact]
    public async Task Engine_without_room_says_so_and_leaves_no_image()
    {
        if (DockerHost.Missing() is { } missing)
            Assert.Skip(missing);
        using var folder = new TemporaryFolder();
        using (var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder.Path]))
        {
            await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(mount.ExitCode == 0, "a small file system cannot be mounted here");
        }
        try
        {
            await using var host = await DockerHost.StartAsync(folder.Path);
            using var bench = new DockerBench(host.Variable);
            bench.Folder.Write("Dockerfile", $"FROM {DockerHost.Base}\nRUN dd if=/dev/zero of=/big bs=1M count=60\n");

            var message = await bench.BuildFailsAsync("""{"tag": "1"}""");

            Assert.StartsWith("build_docker_image: Dockerfile:2: ", message, StringComparison.Ordinal);
            Assert.Contains("o space left on device", message, StringComparison.Ordinal);
            Assert.EndsWith("; the disk of the Docker engine is full: 'docker system prune' frees what nothing uses", message, StringComparison.Ordinal);
            Assert.Empty(await host.DockerAsync("images", "-q", bench.Image));
        }
        finally
        {
            using var umount = Process.Start("umount", ["-l", folder.Path]);
            await umount.WaitForExitAsync(CancellationToken.None);
        }
    }
}
