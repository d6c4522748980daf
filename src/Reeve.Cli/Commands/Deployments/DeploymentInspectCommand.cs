using System.CommandLine;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class DeploymentInspectCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The deployment: FLOW/DEPLOYMENT or its id" };
    private readonly OutputOption _output = new();

    public DeploymentInspectCommand()
        : base("inspect", "Show a deployment, as the API has it")
    {
        Arguments.Add(_name);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (deployment, _) = await Lookup.DeploymentAsync(session.Client, parse.GetRequiredValue(_name), ct);
        JsonOutput.Write(deployment, session.Terminal.Out);
        return ExitCodes.Done;
    }
}
