using System.CommandLine;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class DeploymentDeleteCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The deployment: FLOW/DEPLOYMENT", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _id = new("--id") { Description = "The deployment's id, instead of its name", HelpName = "ID" };

    public DeploymentDeleteCommand()
        : base("delete", "Delete a deployment with its schedules and scheduled runs")
    {
        Arguments.Add(_name);
        Options.Add(_id);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var name = parse.GetValue(_id) ?? parse.GetValue(_name) ?? throw new CliException("which deployment? FLOW/DEPLOYMENT or --id", exitCode: ExitCodes.Usage);
        var (deployment, fullName) = await Lookup.DeploymentAsync(session.Client, name, ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete deployment '{fullName}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteDeploymentAsync(deployment.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted deployment '{fullName}'.");
        return ExitCodes.Done;
    }
}
