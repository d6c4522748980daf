using System.Diagnostics;

namespace Reeve.Cli.Commands.Demo;

/// <summary>The example project as a repository: a folder to deploy from, and a bare repository for the git server.</summary>
internal static class PrivateRepository
{
    /// <summary>Its place below the git server's root.</summary>
    public const string Path = "private/deployments.git";

    /// <param name="example">The example's folder.</param>
    /// <param name="checkout">The new working copy.</param>
    /// <param name="root">The git server's root.</param>
    /// <param name="port">The git server's port, filled in wherever the project says PORT.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task MakeAsync(string example, string checkout, string root, int port, CancellationToken ct)
    {
        foreach (var file in Directory.EnumerateFiles(example, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(checkout, System.IO.Path.GetRelativePath(example, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            var text = await File.ReadAllTextAsync(file, ct);
            await File.WriteAllTextAsync(target, text.Replace(":PORT/", $":{port}/", StringComparison.Ordinal), ct);
        }

        var bare = System.IO.Path.Combine(root, Path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(bare)!);
        await GitAsync(checkout, ct, "init", "--quiet");
        await GitAsync(checkout, ct, "symbolic-ref", "HEAD", "refs/heads/master");
        await GitAsync(checkout, ct, "add", "--all");
        await GitAsync(checkout, ct, "-c", "user.name=Reeve demo", "-c", "user.email=demo@localhost", "commit", "--quiet", "--message", "A flow");
        await GitAsync(checkout, ct, "clone", "--quiet", "--bare", checkout, bare);
    }

    private static async Task GitAsync(string folder, CancellationToken ct, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        // Of nobody's configuration: no signing, no hooks, no templates.
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        using var git = Start(start);
        var error = git.StandardError.ReadToEndAsync(ct);
        await git.StandardOutput.ReadToEndAsync(ct);
        await git.WaitForExitAsync(ct);
        if (git.ExitCode != 0)
            throw new CliException($"git {arguments[0]} failed: {(await error).Trim()}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CliException("the demo needs git, and there is no git command", "install git");
        }
    }
}
