using System.Runtime.InteropServices;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Entrypoints;

/// <summary>
/// Builds file and project entrypoints with the .NET SDK and keeps what was built by the hash of what it was built from, so that the next run
/// of the same commit does not compile again. Any number of processes may build at once: of the same content, one builds and the others wait.
/// </summary>
public sealed partial class FlowBuilder(string home, LineSink sink, TimeProvider time)
{
    private static readonly TimeSpan KeptUnused = TimeSpan.FromDays(30);

    private readonly string _cache = Path.Combine(home, "cache", "flows");

    /// <summary>Where the packages that go with this program lie: the one flows are built against is among them.</summary>
    public string PackagesFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "packages");

    /// <summary>The program, or the faults that keep it from being built. Positions are relative to <paramref name="directory"/>.</summary>
    public async Task<(BuiltFlow? Built, IReadOnlyList<Fault> Faults)> BuildAsync(Entrypoint entrypoint, string directory, CancellationToken ct)
    {
        var path = Path.GetFullPath(entrypoint.Path, directory);
        if (entrypoint.Kind is EntrypointKind.Assembly)
            return Inspect(path, entrypoint, fromCache: false);

        if (await FindAheadAsync(path, ct) is { } ahead)
            return Inspect(MainAssembly(ahead, path), entrypoint, fromCache: true);

        var sdk = DotnetSdk.Find();
        if (sdk is null)
            return (null, [new Fault(null, $"'{entrypoint.Path}' has to be built and there is no .NET SDK on this machine",
                "install the .NET SDK 10, or deploy a built flow (App.dll:Hello)")]);
        var key = await SourceFingerprint.OfAsync(path, Circumstances(sdk), ct);
        var kept = Path.Combine(_cache, key);
        Directory.CreateDirectory(_cache);
        if (!Directory.Exists(kept))
        {
            await using var turn = await WaitForTurnAsync(key, ct);
            if (!Directory.Exists(kept))
            {
                RemoveUnused();
                if (await BuildIntoAsync(kept, sdk, path, entrypoint, directory, ct) is { Count: > 0 } faults)
                    return (null, faults);
                return Inspect(MainAssembly(kept, path), entrypoint, fromCache: false);
            }
        }
        Directory.SetLastWriteTimeUtc(kept, time.GetUtcNow().UtcDateTime);
        sink(new OutputLine(LineLevel.Debug, LoggerNames.Deployment, $"'{entrypoint.Path}' is built already ({key[..12]}); it is not compiled again"));
        return Inspect(MainAssembly(kept, path), entrypoint, fromCache: true);
    }

    private async Task<IReadOnlyList<Fault>> BuildIntoAsync(string kept, DotnetSdk sdk, string path, Entrypoint entrypoint, string directory, CancellationToken ct)
    {
        sink(new OutputLine(LineLevel.Information, LoggerNames.Deployment, $"Building '{entrypoint.Path}'..."));
        var started = time.GetTimestamp();
        var draft = $"{kept}.{Environment.ProcessId}.draft";
        try
        {
            // Build servers stay behind after the build and would outlive the run; release, so that a flow is as fast as its author measures it.
            var command = new ChildCommand(sdk.Program,
                ["build", path, "-c", "Release", "-o", draft, "-v", "q", "--nologo", "--disable-build-servers", "-p:PublishAot=false", "-p:UseAppHost=false"])
            {
                WorkingDirectory = Path.GetDirectoryName(path)!,
                Environment = Surroundings(),
            };
            var result = await command.RunAsync(ct);
            if (result.ExitCode != 0)
                return CompilerOutput.Errors(result.StandardOutput + result.StandardError, directory);
            Directory.Move(draft, kept);
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }
        sink(new OutputLine(LineLevel.Information, LoggerNames.Deployment, $"Built '{entrypoint.Path}' in {time.GetElapsedTime(started).TotalSeconds:0.0} s"));
        return [];
    }

    private Dictionary<string, string?> Surroundings()
    {
        var sources = Environment.GetEnvironmentVariable("RestoreAdditionalProjectSources");
        if (Directory.Exists(PackagesFolder))
            sources = string.IsNullOrEmpty(sources) ? PackagesFolder : $"{sources};{PackagesFolder}";
        return new Dictionary<string, string?>
        {
            ["RestoreAdditionalProjectSources"] = sources,
            ["NuGetAudit"] = "false", // asks the network about every package; the time for that is when the flow is written, not when it runs
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en", // its messages are read
            ["DOTNET_STARTUP_HOOKS"] = null, // meant for a flow's process, not for its compiler
            ["MSBUILDTERMINALLOGGER"] = "off",
        };
    }

    private static (BuiltFlow?, IReadOnlyList<Fault>) Inspect(string? assembly, Entrypoint entrypoint, bool fromCache)
    {
        (BuiltFlow?, IReadOnlyList<Fault>) No(string message, string hint) => (null, [new Fault(null, message, hint)]);
        var name = entrypoint.Path;
        if (assembly is null || !File.Exists(Path.ChangeExtension(assembly, ".runtimeconfig.json")))
            return No($"'{name}' is a class library and cannot be run", "set <OutputType>Exe</OutputType> in its project");
        AssemblyManifest manifest;
        try
        {
            manifest = ManifestReader.Read(assembly);
        }
        catch (BadImageFormatException)
        {
            return No($"'{name}' is not a .NET assembly", "name the .dll that `dotnet build` made");
        }
        if (!manifest.HasEntryPoint)
            return No($"'{name}' has no Main and cannot be run", "set <OutputType>Exe</OutputType> and write a Main that calls the flow");
        var reeve = Path.Combine(Path.GetDirectoryName(assembly)!, "Reeve.dll");
        if (!File.Exists(reeve))
            return No($"'{name}' does not use the package Reeve, so there is no flow in it", $"add '#:package Reeve@{ReeveVersion}' or a PackageReference to it");
        return (new BuiltFlow(assembly, reeve, manifest.Flows, fromCache), []);
    }

    private static string ReeveVersion => typeof(ApiConnection).Assembly.GetName().Version!.ToString(3);

    // The executable among the assemblies of an output folder: the one named like the source, else the only one that can be run.
    private static string? MainAssembly(string folder, string source)
    {
        var named = Path.Combine(folder, Path.GetFileNameWithoutExtension(source) + ".runtimeconfig.json");
        var configuration = File.Exists(named) ? named : Directory.EnumerateFiles(folder, "*.runtimeconfig.json").Take(2).ToList() is [var only] ? only : null;
        return configuration is null ? null : configuration.Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal);
    }

    private IEnumerable<string> Circumstances(DotnetSdk sdk)
    {
        yield return $"reeve {ReeveVersion}";
        yield return $"sdk {sdk.Versions}";
        yield return RuntimeInformation.RuntimeIdentifier;
        if (!Directory.Exists(PackagesFolder))
            yield break;
        // The same version number may stand on another package while it is being developed.
        foreach (var package in new DirectoryInfo(PackagesFolder).EnumerateFiles("*.nupkg").OrderBy(file => file.Name, StringComparer.Ordinal))
            yield return $"{package.Name} {package.Length} {package.LastWriteTimeUtc.Ticks}";
    }

    // A lock on a file is let go by the system when its holder dies, however it dies.
    private async Task<FileStream> WaitForTurnAsync(string key, CancellationToken ct)
    {
        var told = false;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_cache, key + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (!told)
                    sink(new OutputLine(LineLevel.Debug, LoggerNames.Deployment, "Another process builds the same flow; waiting for it"));
                told = true;
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
            }
        }
    }

    private void RemoveUnused()
    {
        var limit = time.GetUtcNow().UtcDateTime - KeptUnused;
        foreach (var entry in new DirectoryInfo(_cache).EnumerateFileSystemInfos().Where(entry => entry.LastWriteTimeUtc < limit))
        {
            try
            {
                if (entry is DirectoryInfo folder)
                    folder.Delete(recursive: true);
                else
                    entry.Delete();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                sink(new OutputLine(LineLevel.Debug, LoggerNames.Deployment, $"A build that is no longer used stays in the cache: {exception.Message}"));
            }
        }
    }
}
