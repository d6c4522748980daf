using System.Text;
using System.Text.RegularExpressions;
using Reeve.Deployments.Docker;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Docker;

/// <summary>The Dockerfile of <c>dockerfile: auto</c>, for a folder of Python flows or of C# flows.</summary>
internal sealed partial record AutoDockerfile(string Text, bool IsCSharp)
{
    /// <summary>Left out where there is no .dockerignore: what a build makes anew, what belongs to a machine, and secrets.</summary>
    public static readonly string[] Ignored = [".git", "**/.env", "**/bin", "**/obj", "**/node_modules", "**/__pycache__", "**/.venv", "**/venv"];

    private const string CommandInContext = ".reeve-command";
    private const string CommandInImage = "/opt/reeve";
    private const string SdkImage = "mcr.microsoft.com/dotnet/sdk:10.0";
    private const string RuntimeImage = "mcr.microsoft.com/dotnet/aspnet:10.0"; // the command line holds the server, which is ASP.NET
    private const string NewestPython = "3.12";

    /// <exception cref="DockerException">There are flows of both languages, so that neither image would do.</exception>
    public static async Task<AutoDockerfile> ForAsync(string folder, string? baseImage, string? sdkImage, StepContext context, CancellationToken ct)
    {
        var (python, csharp) = await FlowSourceSurvey.OfAsync(folder, ct);
        if (python is not null && csharp is not null)
            throw new DockerException($"'dockerfile: auto' makes an image for the flows of one language, and '{folder}' has both ('{csharp}', '{python}'); write a Dockerfile, or build a folder of each with 'path'");
        var work = WorkFolder(folder);
        if (csharp is not null)
            return new AutoDockerfile(CSharp(work, baseImage ?? RuntimeImage, sdkImage ?? SdkImage), true);
        return new AutoDockerfile(Python(work, baseImage ?? await PythonImageAsync(folder, context, ct), File.Exists(Path.Combine(folder, "requirements.txt"))), false);
    }

    /// <summary>Where the code of a folder lies in its image.</summary>
    public static string WorkFolder(string folder) => "/opt/prefect/" + Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

    /// <summary>Adds the command line that this program is part of, with the package that flows are built against.</summary>
    public static void AddCommand(BuildContext context, string commandFolder)
    {
        if (!File.Exists(Path.Combine(commandFolder, "Reeve.Cli.dll")))
            throw new DockerException($"'dockerfile: auto' for C# flows puts the command line into the image, and there is none in '{commandFolder}'; write a Dockerfile that starts from an image with it");
        context.AddFrom(CommandInContext + "/files", commandFolder);
        foreach (var name in (string[])["reeve", "prefect"])
            context.Add($"{CommandInContext}/bin/{name}", $"#!/bin/sh\nexec dotnet {CommandInImage}/Reeve.Cli.dll \"$@\"\n", isProgram: true);
    }

    // Built in an image with the SDK; what runs has only the runtime, and finds the built flows by the content of their sources.
    private static string CSharp(string work, string runtime, string sdk) => $"""
        FROM {sdk} AS build
        COPY {CommandInContext}/files/ {CommandInImage}/
        WORKDIR {Escaped(work)}
        COPY . .
        RUN rm -rf {CommandInContext} && dotnet {CommandInImage}/Reeve.Cli.dll flow build . --output {CommandInImage}/flows

        FROM {runtime}
        COPY {CommandInContext}/bin/ /usr/local/bin/
        COPY --from=build {CommandInImage}/ {CommandInImage}/
        COPY --from=build {Json(work + "/", work + "/")}
        ENV {FlowBuilder.AheadVariable}={CommandInImage}/flows
        WORKDIR {Escaped(work)}

        """;

    private static string Python(string work, string image, bool hasRequirements)
    {
        var text = new StringBuilder($"FROM {image}\n");
        if (hasRequirements)
            text.Append($"COPY {Json("requirements.txt", work + "/requirements.txt")}\nRUN {Json("python", "-m", "pip", "install", "-r", work + "/requirements.txt")}\n");
        return text.Append($"COPY {Json(".", work + "/")}\nWORKDIR {Escaped(work)}\n").ToString();
    }

    // The image whose client fits: the version the requirements pin, else that of the client here.
    private static async Task<string> PythonImageAsync(string folder, StepContext context, CancellationToken ct)
    {
        var requirements = Path.Combine(folder, "requirements.txt");
        if (File.Exists(requirements) && Pinned().Match(await File.ReadAllTextAsync(requirements, ct)) is { Success: true } pinned)
            return $"prefecthq/prefect:{pinned.Groups[1].Value}-python{NewestPython}";
        var (client, _) = await PythonClient.FindAsync(folder, ct);
        if (client is not null)
        {
            var version = await new ChildCommand(client.Interpreter, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) { WorkingDirectory = folder }.RunAsync(ct);
            return $"prefecthq/prefect:{client.Version}-python{version.StandardOutput.Trim()}";
        }
        const string Newest = $"prefecthq/prefect:3-python{NewestPython}";
        context.Log(LineLevel.Warning, $"Neither requirements.txt nor a Python here says which client the flows are written for; '{Newest}' is taken. Pin it (prefect==…), or say 'base_image'");
        return Newest;
    }

    private static string Json(params string[] words) => System.Text.Json.JsonSerializer.Serialize(words.Select(word => word.Replace("$", "\\$", StringComparison.Ordinal)));

    private static string Escaped(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*prefect(?:\[[^\]]*\])?\s*==\s*([0-9][0-9A-Za-z.]*)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Pinned();
}
