using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Deploying.Recipes;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>Whether an image is built for the deployment, and of what.</summary>
internal sealed class ImageQuestions(OrchestrationClient client, Questions questions, WizardAnswers answers, string folder)
{
    private const string Flag = "--build-image NAME:TAG or --no-build-image";

    /// <summary>Adds the build and push sections and the job variable; what of the code lies in the image is said in the pull section.</summary>
    /// <param name="usesImages">Whether the pool starts runs from images.</param>
    public async Task AskAsync(JsonObject deployment, bool usesImages, CancellationToken ct)
    {
        if (answers.NoImage || (answers.Image is null && !(usesImages && questions.MayAsk)))
            return;
        if (answers.Image is null && !questions.Yes("Would you like to build a custom Docker image for this deployment?", Flag, fallback: false))
            return;
        if (answers.Image is not null && !usesImages)
            throw new CliException("--build-image goes with a work pool whose runs are started from images", "--pool one of type docker, kubernetes, ecs …", ExitCodes.Usage);

        var dockerfile = Dockerfile();
        var (name, tag) = Name(deployment["name"]!.ToString());
        deployment["build"] = new JsonArray(ImageSteps.Build(name, tag, dockerfile));
        if (answers.PushImage ?? (questions.MayAsk && questions.Yes("Would you like to push this image to a remote registry?", "--push-image or --no-push-image", fallback: false)))
            deployment["push"] = new JsonArray(ImageSteps.Push(await CredentialsAsync(ct)));
        else
            deployment["push"] = new JsonArray(); // said, so that the file's own push steps do not run for it
        var pool = (JsonObject)deployment["work_pool"]!;
        if (pool["job_variables"] is not JsonObject variables)
            pool["job_variables"] = variables = [];
        variables["image"] = ImageSteps.BuiltImage;
        if (dockerfile == "auto")
            deployment["pull"] = new JsonArray(ImageSteps.WorkThere(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))));
    }

    private string Dockerfile()
    {
        var here = File.Exists(Path.Combine(folder, "Dockerfile"));
        if (answers.Dockerfile is { } said)
            return said == "auto" || File.Exists(Path.Combine(folder, said)) ? said : throw new CliException($"there is no file '{said}'", "--dockerfile FILE, or --dockerfile auto", ExitCodes.Usage);
        if (!here)
            return "auto";
        return !questions.MayAsk || answers.Image is not null || questions.Yes("Would you like to use the Dockerfile in the current directory?", "--dockerfile FILE", fallback: true)
            ? "Dockerfile"
            : questions.Text("Path of the Dockerfile", "--dockerfile FILE", mistake: file => File.Exists(Path.Combine(folder, file)) ? null : $"there is no file '{file}'");
    }

    // NAME:TAG; a colon before a slash is that of a registry's port.
    private (string Name, string? Tag) Name(string deployment)
    {
        if (answers.Image is { } said)
        {
            var colon = said.LastIndexOf(':');
            return colon > said.LastIndexOf('/') ? (said[..colon], said[(colon + 1)..]) : (said, null);
        }
        var repository = questions.Text("Repository name (your registry and user: registry.example.com/team)", Flag);
        var image = questions.Text("Image name", Flag, deployment.ToLowerInvariant());
        return ($"{repository.TrimEnd('/')}/{image}", questions.Text("Image tag", Flag, "latest"));
    }

    private async Task<string?> CredentialsAsync(CancellationToken ct)
    {
        if (answers.RegistryBlock is { } block)
            return Placeholder(block);
        if (!questions.MayAsk || answers.PushImage is not null || !questions.Yes("Is this a private registry?", "--image-credentials BLOCK", fallback: false))
            return null;
        return Placeholder(await BlockQuestion.AskAsync(client, questions, "Which block holds its login?", "docker-registry-credentials", "--image-credentials BLOCK", none: null, other: null, ct) ?? "");
    }

    private static string Placeholder(string block) => $"{{{{ prefect.blocks.{(block.Split('/', 2) is [var type, var name] ? $"{type}.{name}" : $"docker-registry-credentials.{block}")} }}}}";
}
