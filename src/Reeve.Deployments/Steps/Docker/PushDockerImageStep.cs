using System.Text.Json.Nodes;
using Reeve.Deployments.Docker;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Docker;

/// <summary>Pushes an image to its registry under a tag and any others, with given credentials or those of <c>docker login</c>.</summary>
internal sealed class PushDockerImageStep : IStep
{
    private const string Name = "push_docker_image";

    private readonly OnceEach _once = new();

    public StepSignature Signature { get; } = new(Name,
    [
        new("image_name", StepInputKind.Text, Required: true),
        new("tag", StepInputKind.Text),
        new("credentials", StepInputKind.Any),
        new("additional_tags", StepInputKind.List),
        new("ignore_cache", StepInputKind.Flag),
    ], ["image_name", "tag", "image", "additional_tags", "digest"])
    { Package = StepPackage.Docker };

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var environment = context.Scope.Environment ?? Environment.GetEnvironmentVariable;
        try
        {
            var name = ImageName.Parse(inputs.RequiredText("image_name"));
            var tag = ImageName.CheckTag(inputs.Text("tag") is { Length: > 0 } given ? given : "latest");
            List<string> additional = [.. inputs.Texts("additional_tags").Select(ImageName.CheckTag)];
            var login = Login(inputs["credentials"], name, context, out var isChecked);
            var address = EngineAddress.Find(environment);
            var facts = new JsonObject { ["engine"] = address.ToString(), ["inputs"] = inputs.DeepClone() };
            async Task<JsonObject> Push()
            {
                var known = login ?? await new RegistryLogins(DockerConfig.Read(environment), context.Secrets).FindAsync(name.Registry, ct);
                using var engine = await DockerEngine.ConnectAsync(address, ct);
                if (isChecked)
                    await engine.CheckAsync(login!, ct);
                return await PushAsync(engine, name, tag, additional, known, context, ct);
            }
            if (inputs.Flag("ignore_cache", false))
                return await Push();
            var (outputs, isNew) = await _once.RunAsync(facts, Push, ct);
            if (!isNew)
                context.Log(LineLevel.Information, $"'{outputs["image"]}' was pushed by the same call before ('ignore_cache: true' pushes again)");
            return outputs;
        }
        catch (DockerException exception)
        {
            throw new StepException($"{Name}: {exception.Message}", exception);
        }
    }

    private static async Task<JsonObject> PushAsync(
        DockerEngine engine, ImageName name, string tag, List<string> additional, RegistryLogin? login, StepContext context, CancellationToken ct)
    {
        var digest = await engine.PushAsync(name, tag, login, context.Print, ct);
        foreach (var other in additional)
            await engine.PushAsync(name, other, login, context.Print, ct);
        context.Log(LineLevel.Information, $"Pushed '{name}:{tag}'{(additional.Count > 0 ? " and " + string.Join(", ", additional) : "")}{(digest is null ? "" : $" ({digest})")}");
        return new JsonObject
        {
            ["image_name"] = name.Text,
            ["tag"] = tag,
            ["image"] = $"{name}:{tag}",
            ["additional_tags"] = new JsonArray([.. additional.Select(other => JsonValue.Create(other))]),
            ["digest"] = digest,
        };
    }

    // Given to one registry, credentials are not for another: the engine would send them wherever the image's name points.
    private static RegistryLogin? Login(JsonNode? credentials, ImageName name, StepContext context, out bool isChecked)
    {
        isChecked = false;
        if (credentials is null)
            return null;
        const string Expected = "expected a docker-registry-credentials block, or username, password and registry_url";
        if (credentials is not JsonObject map)
            throw new DockerException($"input 'credentials' is no login: {Expected}");
        var password = map.Text("password");
        context.Secrets.Add(password);
        var unknown = map.Select(entry => entry.Key).Except(["username", "password", "registry_url", "reauth"]).ToList();
        if (unknown.Count > 0)
            throw new DockerException($"input 'credentials' has no '{unknown[0]}': {Expected}");
        if (map.Text("username") is not { Length: > 0 } user || string.IsNullOrEmpty(password))
            throw new DockerException($"input 'credentials' lacks the {(string.IsNullOrEmpty(password) ? "password" : "username")}: {Expected}");
        var server = map.Text("registry_url") is { Length: > 0 } url ? url : name.Registry;
        if (ImageName.HostOf(server) != name.Registry)
            throw new DockerException($"'credentials' are for the registry '{ImageName.HostOf(server)}', but '{name}' goes to '{name.Registry}'; "
                + $"call the image '{ImageName.HostOf(server)}/{name.Text[(name.Text.IndexOf('/', StringComparison.Ordinal) is var at && name.Registry != ImageName.DockerHub ? at + 1 : 0)..]}', or change registry_url");
        isChecked = map.Flag("reauth", true);
        return new RegistryLogin(server, user, password, null);
    }
}
