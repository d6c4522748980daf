using System.Diagnostics;
using System.Runtime.Loader;
using Reeve.Settings;

namespace Reeve.Deployments;

/// <summary>Learns the name and parameters of a flow whose code lies elsewhere: fetches it, builds it, reads the assembly's attributes.</summary>
internal sealed class SourceReader(ReeveSettings settings)
{
    /// <exception cref="DeploymentException">It cannot be fetched or built, or has no such flow.</exception>
    public async Task<ProgramManifest> ReadAsync(FlowSource source, CancellationToken ct)
    {
        var work = Directory.CreateDirectory(Path.Combine(settings.Home, "cache", "sources", Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var folder = source.IsGit ? await CloneAsync(source, Path.Combine(work, "code"), ct) : source.Location;
            var file = Path.Combine(folder, source.File);
            if (!File.Exists(file))
                throw new DeploymentException($"'{source.Location}' has no file '{source.File}'");
            var output = Path.Combine(work, "built");
            await RunAsync("dotnet", folder, ["build", file, "-c", "Release", "-o", output, "-v", "q", "--nologo", "--disable-build-servers", "-p:PublishAot=false", "-p:UseAppHost=false"], $"'{source.File}' does not compile", ct);
            return Pick(source, output);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static ProgramManifest Pick(FlowSource source, string output)
    {
        var name = Path.GetFileNameWithoutExtension(source.File);
        var built = Path.Combine(output, name + ".dll");
        var context = new AssemblyLoadContext(name, isCollectible: true);
        try
        {
            using var stream = new MemoryStream(File.ReadAllBytes(built));
            var flows = ProgramManifest.Of(context.LoadFromStream(stream));
            return flows.Where(flow => flow.IsCalled(source.Method)).ToList() switch
            {
                [var only] => only,
                [] => throw new DeploymentException($"'{source.File}' has no flow '{source.Method}'; it has: {string.Join(", ", flows.Select(flow => flow.Member))}"),
                var several => throw new DeploymentException($"'{source.Method}' names {several.Count} flows of '{source.File}': {string.Join(", ", several.Select(flow => flow.Member))}"),
            };
        }
        finally
        {
            context.Unload();
        }
    }

    // With the credentials of this machine's own git: those of the block are for where the run is.
    private static async Task<string> CloneAsync(FlowSource source, string folder, CancellationToken ct)
    {
        List<string> arguments = ["clone", "--quiet", "--depth", "1"];
        if (source.Branch is not null)
            arguments.AddRange(["--branch", source.Branch]);
        await RunAsync("git", Path.GetDirectoryName(folder)!, [.. arguments, "--", source.Location, folder], $"'{source.Location}' cannot be cloned", ct);
        return folder;
    }

    private static async Task RunAsync(string program, string folder, IEnumerable<string> arguments, string failure, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["NuGetAudit"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0)
                throw new DeploymentException($"{failure}: {Shortened((await errors) + (await output))}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string Shortened(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var telling = lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("fatal", StringComparison.Ordinal)).Distinct().Take(10).ToList();
        return string.Join('\n', telling.Count > 0 ? telling : lines.Take(10));
    }
}
