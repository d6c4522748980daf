using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Running;
using Reeve.Settings;

namespace Reeve.Deployments.Deploying;

/// <summary>A program that registers deployments by itself, <c>flows.deployment.cs</c>: built with the package that goes with this one, and run.</summary>
public static class DeploymentProgram
{
    /// <summary>Whether a project file is such a program.</summary>
    public static bool IsProgram(string file) => Path.GetExtension(file) is ".cs" or ".csproj";

    /// <summary>Runs it. What it prints goes to <paramref name="output"/>.</summary>
    /// <returns>Null when it ended well, else what it said.</returns>
    public static async Task<string?> RunAsync(string file, ReeveSettings settings, TextWriter output, CancellationToken ct)
    {
        if (DotnetSdk.Find() is not { } sdk)
            return "there is no .NET SDK on this machine to build it with";
        var path = Path.GetFullPath(file);
        var command = new ChildCommand(sdk.Program, Path.GetExtension(path) == ".cs" ? ["run", "-p:PublishAot=false", path] : ["run", "--project", path])
        {
            WorkingDirectory = Path.GetDirectoryName(path)!,
            Environment = Surroundings(settings),
        };
        var result = await command.RunAsync(ct);
        await output.WriteAsync(result.StandardOutput);
        return result.ExitCode == 0 ? null : result.StandardError.Trim() is { Length: > 0 } said ? said : $"it ended with exit code {result.ExitCode}";
    }

    private static Dictionary<string, string?> Surroundings(ReeveSettings settings)
    {
        var packages = Path.Combine(AppContext.BaseDirectory, "packages");
        var sources = Environment.GetEnvironmentVariable("RestoreAdditionalProjectSources");
        return new Dictionary<string, string?>
        {
            ["REEVE_API_URL"] = settings.ApiUrl.ToString(),
            ["REEVE_PROFILE"] = settings.Profile.Name,
            ["REEVE_CLI"] = Path.Combine(AppContext.BaseDirectory, "Reeve.Cli.dll"), // by which it builds images
            ["RestoreAdditionalProjectSources"] = !Directory.Exists(packages) ? sources : string.IsNullOrEmpty(sources) ? packages : $"{sources};{packages}",
            ["NuGetAudit"] = "false",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["DOTNET_STARTUP_HOOKS"] = null,
        };
    }
}
