using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments;

/// <summary>
/// Has the images of deployments built by the command line, which knows the Docker engine; this package does not. What is to be built goes in by the
/// standard input: arguments are seen by every user of the machine.
/// </summary>
internal static class ImageBuilder
{
    /// <summary>Names the command line for programs that it starts: its assembly.</summary>
    public const string CommandVariable = "REEVE_CLI";

    /// <summary>The folder of a program's source and its file in it; null when only what was built is known.</summary>
    public static (string Folder, string File)? SourceOf(Assembly program)
    {
        if (AppContext.GetData("EntryPointFilePath") is string file && File.Exists(file) && program == Assembly.GetEntryAssembly())
            return (Path.GetDirectoryName(file)!, Path.GetFileName(file));
        for (var above = new DirectoryInfo(Path.GetDirectoryName(program.Location)!); above is not null; above = above.Parent)
            if (above.EnumerateFiles("*.csproj").FirstOrDefault() is { } project)
                return (above.FullName, project.Name);
        return null;
    }

    /// <summary>The deployments with the images they asked for; each distinct one is built once.</summary>
    /// <exception cref="DeploymentException">An image was not built, or not pushed.</exception>
    public static async Task<IReadOnlyList<Deployment>> BuildAsync(IReadOnlyList<Deployment> deployments, CancellationToken ct)
    {
        Dictionary<string, string> built = [];
        List<Deployment> done = [];
        foreach (var deployment in deployments)
        {
            if (deployment.ImageBuild is null)
            {
                done.Add(deployment);
                continue;
            }
            var order = Order(deployment.ImageBuild, FolderOf(deployment)!);
            if (!built.TryGetValue(order, out var image))
                built[order] = image = await RunAsync(order, ct);
            done.Add(deployment with { Image = image });
        }
        return done;
    }

    public static string? FolderOf(Deployment deployment) =>
        deployment.ImageBuild?.Folder is { } folder ? Path.GetFullPath(folder) : deployment.Flow.Program is { } program ? SourceOf(program)?.Folder : null;

    private static string Order(ImageBuild build, string folder)
    {
        var order = new JsonObject { ["image_name"] = build.Name, ["path"] = folder, ["dockerfile"] = build.Dockerfile, ["pull"] = build.Pull, ["push"] = build.Push };
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
            [("tag", build.Tag), ("platform", build.Platform), ("base_image", build.BaseImage), ("sdk_image", build.SdkImage), ("credentials", build.Credentials)])
            if (value is not null)
                order[name] = value;
        if (build.BuildArguments.Count > 0)
            order["buildargs"] = new JsonObject(build.BuildArguments.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return order.ToJsonString();
    }

    private static async Task<string> RunAsync(string order, CancellationToken ct)
    {
        var start = Environment.GetEnvironmentVariable(CommandVariable) is { Length: > 0 } assembly ? new ProcessStartInfo("dotnet", [assembly]) : new ProcessStartInfo("reeve");
        foreach (var word in (ReadOnlySpan<string>)["image", "build", "--inputs-file", "-", "--output", "json"])
            start.ArgumentList.Add(word);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        using var process = Started(start);
        await process.StandardInput.WriteAsync(order.AsMemory(), ct);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var lines = new List<string>();
        try
        {
            while (await process.StandardError.ReadLineAsync(ct) is { } line)
            {
                Console.WriteLine(line);
                lines.Add(line);
            }
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode != 0)
            throw new DeploymentException($"an image was not built: {string.Join('\n', lines.SkipWhile(line => !line.StartsWith("Error: ", StringComparison.Ordinal)))}");
        using var answer = JsonDocument.Parse(await output);
        return answer.RootElement.GetProperty("reference").GetString()!;
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DeploymentException($"images are built by the command line, and '{start.FileName}' cannot be started ({e.Message}); apply this program with 'reeve deployment apply', or have reeve on PATH", e);
        }
    }
}
