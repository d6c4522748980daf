using System.CommandLine;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunRetryCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's id or name" };

    public FlowRunRetryCommand()
        : base("retry", "Run a flow run again that has ended; a worker of its pool takes it") => Arguments.Add(_run);

    public override IReadOnlyList<Example> Examples => [new("reeve flow-run retry mighty-lark")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var run = await Lookup.FlowRunAsync(session.Client, parse.GetRequiredValue(_run), ct);
        if (run.StateType?.IsTerminal() != true)
            throw new CliException($"flow run '{run.Name}' has not ended: it is {run.StateName ?? "without a state"}", $"{CommandName.Text} flow-run why {run.Id} tells what it waits for");
        if (run.DeploymentId is null)
            throw new CliException($"flow run '{run.Name}' is of no deployment, so no worker can run it", "run its program again, or deploy the flow");
        var state = new StateCreate
        {
            Type = StateType.Scheduled,
            Name = StateType.Scheduled.DefaultName(),
            Message = "Retried from the command line",
            StateDetails = new StateDetails { FlowRunId = run.Id, ScheduledTime = session.Time.GetUtcNow(), TransitionId = Ids.New(session.Time.GetUtcNow()) },
        };
        var answer = await session.Client.SetFlowRunStateAsync(run.Id, state, force: true, ct);
        if (answer.Status is not OrchestrationStatus.Accept)
            throw new CliException($"flow run '{run.Name}' could not be scheduled again: {answer.Details.Reason}");
        session.Terminal.Out.WriteLine($"Flow run '{run.Name}' is scheduled again. To see it run: {CommandName.Text} flow-run watch {run.Id}");
        return ExitCodes.Done;
    }
}
