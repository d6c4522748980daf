using System.CommandLine;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunDeleteCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };

    public FlowRunDeleteCommand()
        : base("delete", "Delete a flow run with its history and log lines") => Arguments.Add(_run);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete flow run '{run.Name}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteFlowRunAsync(run.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted flow run '{run.Name}'.");
        return ExitCodes.Done;
    }
}
