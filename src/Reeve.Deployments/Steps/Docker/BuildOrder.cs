using System.Text.Json.Nodes;
using Reeve.Deployments.Docker;

namespace Reeve.Deployments.Steps.Docker;

/// <summary>What one call of build_docker_image asks for, read and checked whole.</summary>
internal sealed record BuildOrder(
    ImageName Image, string? Tag, IReadOnlyList<string> AdditionalTags, string Folder, string Dockerfile, string? BaseImage, string? SdkImage,
    IReadOnlyList<KeyValuePair<string, string>> Options, bool UsesProxies)
{
    private const string Auto = "auto";

    // A name nobody has, and the same each time, so that the builder's cache holds.
    private const string OwnDockerfile = ".dockerfile.reeve";

    /// <exception cref="DockerException">Something is wrong; the message names all of it.</exception>
    public static BuildOrder Read(JsonObject inputs, StepContext context)
    {
        List<string> faults = [];
        T? Try<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception exception) when (exception is StepException or DockerException)
            {
                faults.Add(exception.Message);
                return default;
            }
        }

        var image = Try(() => ImageName.Parse(inputs.RequiredText("image_name")));
        var tag = Try(() => inputs.Text("tag") is { Length: > 0 } given ? ImageName.CheckTag(given) : null);
        var tags = inputs["additional_tags"] is null ? [] : (Try(() => inputs.Texts("additional_tags")) ?? []).Select(one => Try(() => ImageName.CheckTag(one))).OfType<string>().ToList();
        var options = BuildOptions.Query(inputs, faults);
        var usesProxies = Try(() => inputs.Flag("use_config_proxy", true));
        var folder = context.Resolve(Try(() => inputs.Text("path")) ?? ".");
        var dockerfile = Try(() => inputs.Text("dockerfile")) ?? "Dockerfile";
        if (!Directory.Exists(folder))
            faults.Add($"the folder '{inputs.Text("path")}' (path) does not exist in '{context.WorkingDirectory}'");
        else if (dockerfile != Auto && !File.Exists(Path.GetFullPath(dockerfile, folder)))
            faults.Add($"there is no '{dockerfile}' in '{folder}'; write it, or say 'dockerfile: auto' to have one made for the flows in the folder");
        else if (dockerfile == Auto && File.Exists(Path.Combine(folder, "Dockerfile")))
            faults.Add($"'dockerfile: auto' would make a Dockerfile, but '{folder}' has one; say 'dockerfile: Dockerfile' to use it, or take it away");
        if (dockerfile != Auto && (inputs["base_image"] ?? inputs["sdk_image"]) is not null)
            faults.Add("'base_image' and 'sdk_image' belong to 'dockerfile: auto'; a Dockerfile names its own ('buildargs' reach its ARG before FROM)");
        return faults.Count == 0
            ? new BuildOrder(image!, tag, tags, folder, dockerfile, inputs.Text("base_image"), inputs.Text("sdk_image"), options, usesProxies)
            : throw new DockerException(string.Join("; ", faults));
    }

    /// <summary>What is sent to the engine.</summary>
    public async Task<(BuildContext Context, DockerfileLines Lines)> SourceAsync(string commandFolder, StepContext context, CancellationToken ct)
    {
        if (Dockerfile == Auto)
            return await AutoAsync(commandFolder, context, ct);
        var path = Path.GetFullPath(Dockerfile, Folder);
        var text = await File.ReadAllTextAsync(path, ct);
        var ignored = await IgnoredAsync(path, ct);
        var sent = new BuildContext(Folder, DockerIgnore.Parse(ignored ?? "", ".dockerignore"));
        var relative = Path.GetRelativePath(Folder, path).Replace('\\', '/');
        if (relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative))
            AddOwn(sent, text, ignored);
        else
            sent.Dockerfile = relative;
        return (sent, DockerfileLines.Read(Dockerfile, text));
    }

    private async Task<(BuildContext, DockerfileLines)> AutoAsync(string commandFolder, StepContext context, CancellationToken ct)
    {
        var auto = await AutoDockerfile.ForAsync(Folder, BaseImage, SdkImage, context, ct);
        var ignored = await IgnoredAsync(Path.Combine(Folder, "Dockerfile"), ct);
        if (ignored is null)
            context.Print($"There is no .dockerignore in '{Folder}'; left out of the image are: {string.Join(", ", AutoDockerfile.Ignored)}");
        ignored ??= string.Join('\n', [.. AutoDockerfile.Ignored, ".dockerignore"]);
        var sent = new BuildContext(Folder, DockerIgnore.Parse(ignored, ".dockerignore"));
        AddOwn(sent, auto.Text, ignored);
        if (auto.IsCSharp)
            AutoDockerfile.AddCommand(sent, commandFolder);
        foreach (var line in auto.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            context.Print("  | " + line);
        return (sent, DockerfileLines.Read("the Dockerfile made by 'dockerfile: auto'", auto.Text));
    }

    // The engine drops both files from the context again when the .dockerignore says so.
    private static void AddOwn(BuildContext sent, string dockerfile, string? ignored)
    {
        sent.Add(OwnDockerfile, dockerfile);
        sent.Add(".dockerignore", $"{ignored ?? ".dockerignore"}\n{OwnDockerfile}\n");
        sent.Dockerfile = OwnDockerfile;
    }

    // A Dockerfile's own list goes before the folder's, as with the newer builders.
    private async Task<string?> IgnoredAsync(string dockerfile, CancellationToken ct)
    {
        foreach (var file in (string[])[dockerfile + ".dockerignore", Path.Combine(Folder, ".dockerignore")])
            if (File.Exists(file))
                return await File.ReadAllTextAsync(file, ct);
        return null;
    }
}
