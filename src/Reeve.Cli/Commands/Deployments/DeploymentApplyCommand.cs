using System.CommandLine;
using Reeve.Deployments.Deploying;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Runs programs that register deployments: files that end in .deployment.cs, by habit. Each says itself what it registers.</summary>
internal sealed class DeploymentApplyCommand : CliCommand
{
    private readonly Argument<string[]> _files = new("FILE") { Description = "A file-based program or a project that registers deployments", Arity = ArgumentArity.OneOrMore };

    public DeploymentApplyCommand()
        : base("apply", "Register the deployments that programs describe (*.deployment.cs)") => Arguments.Add(_files);

    public override IReadOnlyList<Example> Examples => [new("reeve deployment apply flows.deployment.cs")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var files = parse.GetValue(_files) ?? [];
        if (files.FirstOrDefault(file => !File.Exists(file)) is { } missing)
            throw new CliException($"there is no file '{missing}'");
        foreach (var file in files)
            await ApplyAsync(file, session, ct);
        return ExitCodes.Done;
    }

    internal static async Task ApplyAsync(string file, CliSession session, CancellationToken ct)
    {
        if (await DeploymentProgram.RunAsync(file, session.Settings, session.Terminal.Out, ct) is { } fault)
            throw new CliException($"'{file}' did not register its deployments: {fault}");
    }
}
