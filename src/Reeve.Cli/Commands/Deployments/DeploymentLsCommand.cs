using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

internal sealed class DeploymentLsCommand : CliCommand
{
    private readonly Option<string[]> _flowName = new("--flow-name") { Description = "Only those of this flow. May be repeated", HelpName = "NAME" };
    private readonly OutputOption _output = new();

    public DeploymentLsCommand()
        : base("ls", "List the deployments")
    {
        Options.Add(_flowName);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var query = new Query { Limit = 200, Sort = "NAME_ASC" };
        if (parse.GetValue(_flowName) is { Length: > 0 } flows)
            query = query with { Flows = new FlowFilter { Name = new AnyOf<string> { Any = flows } } };
        var deployments = await Lookup.DeploymentNamesAsync(session.Client, ct, query);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(deployments.Select(d => d.Deployment).ToList(), session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("Name", "ID", "Pool", "Schedules", "Status");
        foreach (var (deployment, name) in deployments)
            table.Add(name, deployment.Id.ToString(), deployment.WorkPoolName, $"{deployment.Schedules.Count}", deployment.Paused ? "PAUSED" : deployment.Status);
        table.Write(session.Terminal.Out, $"There are no deployments. Make some: {CommandName.Text} deploy --all");
        return ExitCodes.Done;
    }
}
