using System.Runtime.InteropServices;

namespace Reeve.Deployments.Entrypoints;

/// <summary>The `dotnet` program, and the SDKs beside it if any.</summary>
internal sealed record DotnetSdk(string Program, string Versions)
{
    /// <summary>The program that runs assemblies; present wherever this one runs, unless this one carries its runtime in itself.</summary>
    public static string? FindHost() => Candidates().FirstOrDefault(File.Exists);

    /// <summary>The first installation that has an SDK; null when there is none. No process is started to find out.</summary>
    public static DotnetSdk? Find()
    {
        foreach (var program in Candidates().Where(File.Exists))
        {
            var sdks = Path.Combine(Path.GetDirectoryName(Resolved(program))!, "sdk");
            if (!Directory.Exists(sdks))
                continue;
            var versions = Directory.EnumerateDirectories(sdks).Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Order(StringComparer.Ordinal);
            var joined = string.Join(',', versions);
            if (joined.Length > 0)
                return new DotnetSdk(program, joined);
        }
        return null;
    }

    private static IEnumerable<string> Candidates()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host)
            yield return host;
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
            yield return Path.Combine(root, name);
        // <root>/shared/Microsoft.NETCore.App/<version>/
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return Path.Combine(folder, name);
    }

    private static string Resolved(string program) => File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
}
