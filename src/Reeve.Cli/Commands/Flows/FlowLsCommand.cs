using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Flows;

internal sealed class FlowLsCommand : CliCommand
{
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many; default: 15", HelpName = "N", DefaultValueFactory = _ => 15 };
    private readonly OutputOption _output = new();

    public FlowLsCommand()
        : base("ls", "List the flows")
    {
        Options.Add(_limit);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var flows = await session.Client.FindFlowsAsync(new Query { Limit = parse.GetValue(_limit), Sort = "CREATED_DESC" }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(flows, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("ID", "Name", "Created");
        foreach (var flow in flows)
            table.Add(flow.Id.ToString(), flow.Name, Ago.Of(flow.Created, session.Time));
        table.Write(session.Terminal.Out, "There are no flows yet.");
        return ExitCodes.Done;
    }
}
