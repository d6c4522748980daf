using System.CommandLine;
using Reeve.Deployments.BlockBased;
using Reeve.Deployments.Entrypoints;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Writes a deployment file of the block-based form; <c>-a</c> applies it at once.</summary>
internal sealed class DeploymentBuildCommand : CliCommand
{
    private readonly Argument<string> _entrypoint = new("ENTRYPOINT") { Description = "The flow: flows/hello.cs:Hello or flows/hello.py:hello" };
    private readonly Option<bool> _apply = new("--apply", "-a") { Description = "Apply the deployment at once" };
    private readonly Option<bool> _skipUpload = new("--skip-upload") { Description = "Do not upload the code to the storage block" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The file that is written; default: FLOW-deployment.yaml", HelpName = "FILE" };
    private readonly BuildOptions _options = new();

    public DeploymentBuildCommand()
        : base("build", "Write a deployment file: infrastructure and storage by blocks, for agents")
    {
        Arguments.Add(_entrypoint);
        foreach (var option in (IEnumerable<Option>)[.. _options.Options, _apply, _skipUpload, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve deployment build flows/hello.cs:Hello -n dev -a --skip-upload -ib process/dev -q dev"),
        new("reeve deployment build flows/hello.cs:Hello -n nightly --cron \"0 3 * * *\" --timezone Europe/Berlin -o nightly.yaml", "writes nightly.yaml, for 'deployment apply'"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var folder = session.Folder;
        var fields = _options.Fields(parse, parse.GetRequiredValue(_entrypoint));
        var (request, mistakes) = BuildRequestReader.FromCommandLine(fields);
        DeployFaults.Refuse(mistakes);
        await using var lines = new DeployLines(session.Terminal);
        var builder = new DeploymentBuilder(session.Client, new EntrypointResolver(new FlowBuilder(session.Settings.Home, lines.Write, session.Time)), lines.Write);
        var (files, faults) = await builder.BuildAsync([request!], folder, ct);
        DeployFaults.Refuse(faults);
        var output = session.Terminal.Out;
        output.WriteLine($"Found flow '{files[0].FlowName}'");
        var path = Path.GetFullPath(parse.GetValue(_output) ?? $"{Member(request!.Entrypoint)}-deployment.yaml", folder);
        var file = await KeepEditedAsync(path, files[0], fields, session, ct);
        await DeploymentFileStore.WriteAsync(path, file, session.Time, ct);
        output.WriteLine($"Deployment YAML created at '{path}'.");
        if (!parse.GetValue(_skipUpload))
            await DeploymentUpload.RunAsync(file, folder, session, lines.Write, ct);
        if (parse.GetValue(_apply))
            await DeploymentApplyCommand.ApplyAsync([file], session, lines, ct);
        return ExitCodes.Done;
    }

    private static string Member(string entrypoint) => entrypoint[(entrypoint.LastIndexOf(':') + 1)..].Split('.')[^1];

    // What somebody changed in the file by hand is the deployment's; only what this command line says anew replaces it.
    private static async Task<DeploymentFile> KeepEditedAsync(string path, DeploymentFile built, System.Text.Json.Nodes.JsonObject fields, CliSession session, CancellationToken ct)
    {
        if (!File.Exists(path))
            return built;
        var (existing, faults) = await DeploymentFileReader.ReadAsync(path, ct);
        if (existing is null)
            throw new CliException($"'{path}' is there already and cannot be read, so it was not overwritten:\n  {string.Join("\n  ", faults)}", "mend it, delete it, or write elsewhere with --output FILE");
        var (kept, names) = DeploymentFileStore.Keep(existing, built, [.. fields.Select(field => field.Key)]);
        if (names.Count > 0)
            session.Terminal.Error.WriteLine($"Kept from '{Path.GetFileName(path)}', as the command line does not say it: {string.Join(", ", names)}. Delete the file to build from nothing.");
        return kept;
    }
}
