using System.CommandLine;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class DeploymentDeleteCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The deployment: FLOW/DEPLOYMENT", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _id = new("--id") { Description = "The deployment's id, instead of its name", HelpName = "ID" };

    private readonly Option<bool> _all = new("--all") { Description = "Delete every deployment" };

    public DeploymentDeleteCommand()
        : base("delete", "Delete a deployment with its schedules and scheduled runs")
    {
        Arguments.Add(_name);
        Options.Add(_id);
        Options.Add(_all);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetValue(_all))
            return await DeleteAllAsync(parse, session, ct);
        var name = parse.GetValue(_id) ?? parse.GetValue(_name) ?? throw new CliException("which deployment? FLOW/DEPLOYMENT, --id or --all", exitCode: ExitCodes.Usage);
        var (deployment, fullName) = await Lookup.DeploymentAsync(session.Client, name, ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete deployment '{fullName}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteDeploymentAsync(deployment.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted deployment '{fullName}'.");
        return ExitCodes.Done;
    }

    private async Task<int> DeleteAllAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetValue(_name) is not null || parse.GetValue(_id) is not null)
            throw new CliException("--all and a deployment's name exclude each other", exitCode: ExitCodes.Usage);
        var count = 0;
        while (await Lookup.DeploymentNamesAsync(session.Client, ct) is { Count: > 0 } page)
        {
            if (count == 0 && session.MayAsk && !session.Terminal.Confirm($"Delete all deployments ({(page.Count < 200 ? $"{page.Count}" : "200 and more")})?"))
                throw new CliException("nothing was deleted");
            foreach (var (deployment, _) in page)
                await session.Client.DeleteDeploymentAsync(deployment.Id, ct);
            count += page.Count;
        }

        session.Terminal.Out.WriteLine($"Deleted {count} deployments.");
        return ExitCodes.Done;
    }
}
