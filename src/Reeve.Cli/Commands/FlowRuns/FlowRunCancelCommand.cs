using System.CommandLine;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunCancelCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };

    public FlowRunCancelCommand()
        : base("cancel", "Cancel a flow run") => Arguments.Add(_run);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        if (run.StateType?.IsTerminal() == true)
            throw new CliException($"flow run '{run.Name}' has ended already: {run.StateName}");
        // What nobody works on yet needs nobody to stop it.
        var type = run.StateType is StateType.Scheduled or StateType.Paused ? StateType.Cancelled : StateType.Cancelling;
        var state = new StateCreate { Type = type, Name = type.DefaultName(), StateDetails = new StateDetails { FlowRunId = run.Id, TransitionId = Ids.New(session.Time.GetUtcNow()) } };
        var answer = await session.Client.SetFlowRunStateAsync(run.Id, state, force: false, ct);
        if (answer.Status is not OrchestrationStatus.Accept)
            throw new CliException($"flow run '{run.Name}' could not be cancelled: {answer.Details.Reason}");
        session.Terminal.Out.WriteLine(type == StateType.Cancelled ? $"Cancelled flow run '{run.Name}'." : $"Flow run '{run.Name}' is being cancelled; its worker stops it.");
        return ExitCodes.Done;
    }
}
