using System.Diagnostics;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Reeve.Deployments.Tests.Docker;

namespace Reeve.EndToEnd.Tests.Docker;

/// <summary>Images like those with the .NET SDK and runtime, made of this machine's own: no public registry is asked.</summary>
internal static partial class DotnetImages
{
    public const string Sdk = "reeve-test/dotnet-sdk:1";
    public const string Runtime = "reeve-test/dotnet-runtime:1";

    private static readonly string[] NotNeeded = ["FSharp", "TestHostNetFramework", "DotnetTools", "TestHost"];

    public static async Task MakeAsync(DockerHost host)
    {
        const string Invariant = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1";
        await host.ImportAsync(Sdk, tar => Write(tar, ["host", "shared", "packs", "sdk", "sdk-manifests"]), Invariant, "HOME=/tmp");
        await host.ImportAsync(Runtime, tar => Write(tar, ["host", "shared"]), Invariant, "HOME=/tmp");
    }

    /// <summary>A folder of packages, for a build without a network: those that the flow package asks for.</summary>
    public static void WriteFeed(string folder)
    {
        Directory.CreateDirectory(folder);
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in Directory.EnumerateDirectories(cache, "microsoft.extensions.*").SelectMany(name => Directory.EnumerateFiles(name, "*.nupkg", SearchOption.AllDirectories)))
            File.Copy(package, Path.Combine(folder, Path.GetFileName(package)));
    }

    private static void Write(TarWriter tar, string[] folders)
    {
        DockerHost.WriteBusybox(tar);
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        tar.WriteEntry(Path.Combine(root, "dotnet"), "usr/share/dotnet/dotnet");
        tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "usr/bin/"));
        tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "usr/bin/dotnet") { LinkName = "/usr/share/dotnet/dotnet" });
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)))
        {
            var name = Path.GetRelativePath(root, file);
            if (!name.Split('/').Any(NotNeeded.Contains))
                tar.WriteEntry(file, "usr/share/dotnet/" + name);
        }
        foreach (var library in Libraries(Path.Combine(root, "dotnet"), Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libcoreclr.so"),
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Security.Cryptography.Native.OpenSsl.so"), OpenSsl("libssl"), OpenSsl("libcrypto")))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, library[1..]) { DataStream = File.OpenRead(library), Mode = (UnixFileMode)Convert.ToInt32("755", 8) });
    }

    private static string OpenSsl(string name) =>
        Directory.EnumerateFiles("/usr/lib", name + ".so.3", SearchOption.AllDirectories).First();

    private static SortedSet<string> Libraries(params string[] programs)
    {
        SortedSet<string> all = [.. programs.Where(program => Path.GetFileName(program).StartsWith("libssl", StringComparison.Ordinal) || Path.GetFileName(program).StartsWith("libcrypto", StringComparison.Ordinal))];
        foreach (var program in programs)
        {
            using var ldd = Process.Start(new ProcessStartInfo("ldd", [program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            foreach (Match match in LibraryPath().Matches(ldd.StandardOutput.ReadToEnd()))
                all.Add(match.Value);
            ldd.WaitForExit();
        }
        return all;
    }

    [GeneratedRegex(@"/(?:usr/)?lib\S+\.so\S*(?= \()")]
    private static partial Regex LibraryPath();
}
