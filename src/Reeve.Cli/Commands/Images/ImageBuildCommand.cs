using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Cli.Commands.Deployments;
using Reeve.Cli.Output;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;

namespace Reeve.Cli.Commands.Images;

/// <summary>The steps build_docker_image and push_docker_image by themselves, for scripts and for programs that register deployments.</summary>
internal sealed class ImageBuildCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The image without a tag: registry.example.com/team/etl", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _tag = new("--tag", "-t") { Description = "Default: the time", HelpName = "TAG" };
    private readonly Option<string?> _dockerfile = new("--dockerfile", "-f") { Description = "\"auto\" makes one for the flows in the folder; default: Dockerfile", HelpName = "FILE" };
    private readonly Option<string?> _path = new("--path") { Description = "The folder; default: this one", HelpName = "FOLDER" };
    private readonly Option<string[]> _arguments = new("--build-arg") { Description = "A value for an ARG of the Dockerfile. May be repeated", HelpName = "NAME=VALUE" };
    private readonly Option<bool> _push = new("--push") { Description = "Push it to its registry" };
    private readonly Option<bool> _noPull = new("--no-pull") { Description = "Use base images as the engine has them" };
    private readonly Option<string?> _inputs = new("--inputs-file") { Description = "JSON with inputs of build_docker_image, and push and credentials (- for the standard input)", HelpName = "FILE" };
    private readonly OutputOption _output = new();

    public ImageBuildCommand()
        : base("build", "Build an image with the Docker engine, as the step build_docker_image does")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_tag, _dockerfile, _path, _arguments, _push, _noPull, _inputs, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve image build registry.example.com/team/etl --dockerfile auto --tag v1 --push"),
        new("reeve image build etl -o json", "the image, its id and its digest"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var inputs = await InputsAsync(parse, session, ct);
        var push = inputs["push"]?.GetValueKind() is JsonValueKind.True || parse.GetValue(_push);
        var credentials = inputs["credentials"]?.DeepClone();
        inputs.Remove("push");
        inputs.Remove("credentials");
        await using var lines = new DeployLines(session.Terminal);
        var context = new StepContext { WorkingDirectory = session.Folder, Sink = lines.Write, Home = session.Settings.Home, Time = session.Time, Scope = ApiSources.Scope(session.Client) };
        var runner = new StepRunner(StepCatalog.BuiltIn, context);
        try
        {
            var outputs = await runner.RunAsync([new JsonObject { ["prefect_docker.deployments.steps.build_docker_image"] = inputs }], [], ct);
            if (push)
                await runner.RunAsync([Push(outputs, credentials)], outputs, ct);
            outputs["reference"] = outputs["digest"] is { } digest ? $"{outputs["image_name"]}@{digest}" : outputs["image"]!.DeepClone();
            session.Terminal.Out.WriteLine(_output.IsJson(parse) ? outputs.ToJsonString() : (string?)outputs["reference"]);
            return ExitCodes.Done;
        }
        catch (StepException exception)
        {
            throw new CliException(exception.Message);
        }
    }

    private static JsonObject Push(JsonObject built, JsonNode? credentials)
    {
        var inputs = new JsonObject { ["image_name"] = built["image_name"]!.DeepClone(), ["tag"] = built["tag"]!.DeepClone(), ["additional_tags"] = built["additional_tags"]?.DeepClone() };
        if (credentials is not null)
            inputs["credentials"] = credentials;
        return new JsonObject { ["prefect_docker.deployments.steps.push_docker_image"] = inputs };
    }

    private async Task<JsonObject> InputsAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var inputs = new JsonObject();
        if (parse.GetValue(_inputs) is { } file)
        {
            try
            {
                var text = file == "-" ? await session.Terminal.In.ReadToEndAsync(ct) : await File.ReadAllTextAsync(Path.GetFullPath(file, session.Folder), ct);
                inputs = JsonNode.Parse(text) as JsonObject ?? throw new CliException($"'{file}' should hold a JSON object");
            }
            catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
            {
                throw new CliException($"the inputs in '{file}' cannot be read: {exception.Message}");
            }
        }
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("image_name", parse.GetValue(_name)), ("tag", parse.GetValue(_tag)), ("dockerfile", parse.GetValue(_dockerfile)), ("path", parse.GetValue(_path))])
            if (value is not null)
                inputs[name] = value;
        foreach (var argument in parse.GetValue(_arguments) ?? [])
        {
            var pair = argument.Split('=', 2);
            if (inputs["buildargs"] is not JsonObject map)
                inputs["buildargs"] = map = [];
            map[pair[0]] = pair.Length == 2 ? pair[1] : session.Environment(pair[0]) ?? throw new CliException($"'--build-arg {argument}' has no value, and no environment variable has this name", exitCode: ExitCodes.Usage);
        }
        if (parse.GetValue(_noPull))
            inputs["pull"] = false;
        return inputs["image_name"] is not null ? inputs : throw new CliException("which image? Give its NAME", exitCode: ExitCodes.Usage);
    }
}
