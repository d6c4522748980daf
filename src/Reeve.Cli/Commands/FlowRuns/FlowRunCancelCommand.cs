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
        var answer = await ProposeAsync(session, run.Id, StateType.Cancelling, ct);
        // Servers that know no way from a pause to Cancelling: the process that waits in the pause looks at the state.
        if (answer is { Status: OrchestrationStatus.Reject, State.Type: StateType.Paused })
            answer = await ProposeAsync(session, run.Id, StateType.Cancelled, ct);
        // What no process works on is Cancelled at once, formally as a refusal.
        if (answer.State?.Type is not (StateType.Cancelling or StateType.Cancelled))
            throw new CliException($"flow run '{run.Name}' could not be cancelled: {answer.Details.Reason}");
        session.Terminal.Out.WriteLine(answer.State.Type == StateType.Cancelled ? $"Cancelled flow run '{run.Name}'." : $"Flow run '{run.Name}' is being cancelled; its process stops it.");
        return ExitCodes.Done;
    }

    private static Task<OrchestrationResult> ProposeAsync(CliSession session, Guid run, StateType type, CancellationToken ct) =>
        session.Client.SetFlowRunStateAsync(
            run,
            new StateCreate { Type = type, Name = type.DefaultName(), StateDetails = new StateDetails { FlowRunId = run, TransitionId = Ids.New(session.Time.GetUtcNow()) } },
            force: false,
            ct);
}
