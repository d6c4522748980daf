using System.Reflection;
using System.Text.Json.Nodes;

namespace Reeve.Deployments;

/// <summary>Where a worker finds a flow's code: the entrypoint and the steps that bring the code there.</summary>
internal sealed record CodePlace(string Entrypoint, JsonArray PullSteps)
{
    public static CodePlace Of(Deployment deployment, ProgramManifest flow)
    {
        var place = deployment.Flow.Source is { } source ? OfSource(source) : deployment.ImageBuild is { } build ? OfBuild(deployment, build, flow) : OfProgram(deployment.Flow.Program!, flow, deployment.Image is not null);
        return place with
        {
            Entrypoint = deployment.Entrypoint ?? place.Entrypoint,
            PullSteps = deployment.PullSteps is { } steps ? new JsonArray([.. steps.Select(step => JsonNode.Parse(FreeJson.Of(step).GetRawText()))]) : place.PullSteps,
        };
    }

    private static CodePlace OfSource(FlowSource source)
    {
        if (!source.IsGit)
            return new CodePlace(source.Entrypoint, In(source.Location));
        var inputs = new JsonObject { ["repository"] = source.Location };
        if (source.Branch is not null)
            inputs["branch"] = source.Branch;
        if (source.Credentials is not null)
            inputs["credentials"] = source.Credentials;
        return new CodePlace(source.Entrypoint, [new JsonObject { ["prefect.deployments.steps.git_clone"] = inputs }]);
    }

    // An image of a Dockerfile of one's own starts where that says; the other is made with the folder in a known place.
    private static CodePlace OfBuild(Deployment deployment, ImageBuild build, ProgramManifest flow)
    {
        var folder = ImageBuilder.FolderOf(deployment)!;
        var source = ImageBuilder.SourceOf(deployment.Flow.Program!);
        var file = source is { } found ? Path.GetRelativePath(folder, Path.Combine(found.Folder, found.File)).Replace('\\', '/') : Path.GetFileName(deployment.Flow.Program!.Location);
        return new CodePlace($"{file}:{flow.Member}", build.Dockerfile == "auto" ? In("/opt/prefect/" + Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))) : []);
    }

    // `dotnet run etl.cs` knows its source, and a worker builds that; any other program is taken as it was built. In an image the program lies
    // where the container starts.
    private static CodePlace OfProgram(Assembly program, ProgramManifest flow, bool isInImage)
    {
        var built = program.Location;
        if (isInImage)
            return new CodePlace($"{Path.GetFileName(built)}:{flow.Member}", []);
        if (AppContext.GetData("EntryPointFilePath") is string file && File.Exists(file) && program == Assembly.GetEntryAssembly())
            return new CodePlace($"{Path.GetFileName(file)}:{flow.Member}", In(Path.GetDirectoryName(file)!));
        return new CodePlace($"{Path.GetFileName(built)}:{flow.Member}", In(Path.GetDirectoryName(built)!));
    }

    private static JsonArray In(string folder) =>
        [new JsonObject { ["prefect.deployments.steps.set_working_directory"] = new JsonObject { ["directory"] = folder } }];
}
