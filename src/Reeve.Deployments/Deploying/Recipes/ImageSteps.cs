using System.Text.Json.Nodes;

namespace Reeve.Deployments.Deploying.Recipes;

/// <summary>The steps that build an image and push it, as recipes and the wizard write them.</summary>
public static class ImageSteps
{
    private const string Requires = "prefect-docker>=0.3.1";

    /// <summary>What <c>job_variables.image</c> says of an image that is built.</summary>
    public const string BuiltImage = "{{ build_image.image }}";

    /// <param name="dockerfile">A file, or <c>auto</c>: the program writes one.</param>
    public static JsonObject Build(string imageName, string? tag, string dockerfile)
    {
        var inputs = new JsonObject { ["id"] = "build_image", ["requires"] = Requires, ["image_name"] = imageName };
        if (tag is not null)
            inputs["tag"] = tag;
        inputs["dockerfile"] = dockerfile;
        return new JsonObject { ["prefect_docker.deployments.steps.build_docker_image"] = inputs };
    }

    /// <param name="credentials">The placeholder of a docker-registry-credentials block; null: the registry asks for none, or the machine is logged in.</param>
    public static JsonObject Push(string? credentials)
    {
        var inputs = new JsonObject { ["requires"] = Requires, ["image_name"] = "{{ build_image.image_name }}", ["tag"] = "{{ build_image.tag }}" };
        if (credentials is not null)
            inputs["credentials"] = credentials;
        return new JsonObject { ["prefect_docker.deployments.steps.push_docker_image"] = inputs };
    }

    /// <summary>Where <c>dockerfile: auto</c> puts a folder's code.</summary>
    public static JsonObject WorkThere(string name) => SetDirectory("/opt/prefect/" + name);

    public static JsonObject SetDirectory(string directory) =>
        new() { ["prefect.deployments.steps.set_working_directory"] = new JsonObject { ["directory"] = directory } };
}
