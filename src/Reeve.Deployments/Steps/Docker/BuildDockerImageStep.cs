using System.Text.Json.Nodes;
using Reeve.Deployments.Docker;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Docker;

/// <summary>
/// Builds an image with the Docker engine. <c>dockerfile: auto</c> needs none: it is made for the flows in the folder, and only the engine ever
/// sees it.
/// </summary>
internal sealed class BuildDockerImageStep : IStep
{
    private const string Name = "build_docker_image";

    private readonly OnceEach _once = new();

    public StepSignature Signature { get; } = new(Name,
    [
        new("image_name", StepInputKind.Text, Required: true),
        new("dockerfile", StepInputKind.Text),
        new("tag", StepInputKind.Text),
        new("additional_tags", StepInputKind.List),
        new("ignore_cache", StepInputKind.Flag),
        new("base_image", StepInputKind.Text),
        new("sdk_image", StepInputKind.Text),
        .. BuildOptions.Inputs,
    ], ["image_name", "tag", "image", "image_id", "additional_tags"])
    { Package = StepPackage.Docker };

    /// <summary>The command line that images of C# flows get.</summary>
    public string CommandFolder { get; init; } = AppContext.BaseDirectory;

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var environment = context.Scope.Environment ?? Environment.GetEnvironmentVariable;
        try
        {
            var order = BuildOrder.Read(inputs, context);
            var address = EngineAddress.Find(environment);
            var facts = new JsonObject { ["engine"] = address.ToString(), ["folder"] = context.WorkingDirectory, ["inputs"] = inputs.DeepClone() };
            Task<JsonObject> Build() => BuildAsync(order, address, context, environment, ct);
            if (inputs.Flag("ignore_cache", false))
                return await Build();
            var (outputs, isNew) = await _once.RunAsync(facts, Build, ct);
            if (!isNew)
                context.Log(LineLevel.Information, $"'{outputs["image"]}' was built by the same call before; it is used again ('ignore_cache: true' builds anew)");
            return outputs;
        }
        catch (DockerException exception)
        {
            throw new StepException($"{Name}: {exception.Message}", exception);
        }
    }

    private async Task<JsonObject> BuildAsync(BuildOrder order, EngineAddress address, StepContext context, Func<string, string?> environment, CancellationToken ct)
    {
        var config = DockerConfig.Read(environment);
        var logins = new RegistryLogins(config, context.Secrets);
        List<KeyValuePair<string, string>> proxies = order.UsesProxies ? [.. config.Proxies(address)] : [];
        foreach (var (_, proxy) in proxies) // the address of a proxy may hold a login
            if (Uri.TryCreate(proxy, UriKind.Absolute, out var uri) && uri.UserInfo.Split(':', 2) is [_, var password])
                context.Secrets.Add(Uri.UnescapeDataString(password));
        var source = await order.SourceAsync(CommandFolder, context, ct);
        using var engine = await DockerEngine.ConnectAsync(address, ct);
        var tag = order.Tag ?? ImageName.TagOf(context.Time.GetUtcNow());
        var query = BuildOptions.WithArguments(order.Options, proxies).Append(new("t", $"{order.Image}:{tag}")).Append(new("dockerfile", source.Context.Dockerfile!));
        var id = await engine.BuildAsync(query, source.Context, source.Lines, logins, context.Print, ct);
        foreach (var additional in order.AdditionalTags)
            await engine.TagAsync(id, order.Image, additional, ct);
        context.Log(LineLevel.Information, $"Built '{order.Image}:{tag}' ({id}) from {source.Context.Files} file(s)");
        return new JsonObject
        {
            ["image_name"] = order.Image.Text,
            ["tag"] = tag,
            ["image"] = $"{order.Image}:{tag}",
            ["image_id"] = id,
            ["additional_tags"] = new JsonArray([.. order.AdditionalTags.Select(additional => JsonValue.Create(additional))]),
        };
    }
}
