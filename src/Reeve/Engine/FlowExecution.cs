using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs one flow run.</summary>
internal sealed class FlowExecution(FlowRunContext run) : RunExecution(run.Session, run.Flow, run.Logger, run.Stop)
{
    protected override string Noun => "Flow run";

    protected override Guid Id => run.Id;

    protected override bool MayBeRunAgain => run.IsSubflow;

    protected override Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct) =>
        run.Session.States.ProposeAsync(run.Client, run.Id, state with { StateDetails = state.StateDetails! with { FlowRunId = run.Id } }, NeedsAnswer(state), ct);

    private bool NeedsAnswer(StateCreate state) => state.Type switch
    {
        StateType.Failed => MayBeRetried,
        StateType.Completed or StateType.Cancelled or StateType.Crashed => false,
        _ => true,
    };

    // How often an earlier process has tried it, only the API knows.
    private bool MayBeRetried => Math.Max(run.Flow.Retries, run.Run?.EmpiricalPolicy.Retries ?? 0) is > 0 and var retries && (run.Run is not { RunCount: 0 } || run.RunCount <= retries);

    protected override void Enter(int attempt, CancellationToken ct)
    {
        run.BeginAttempt(attempt, ct);
        FlowRunContext.Current = run;
        TaskRunContext.Current = null; // a subflow called by a task is no part of that task's log
    }

    protected override object Context => run;

    protected override void EnterHook()
    {
        FlowRunContext.Current = run;
        TaskRunContext.Current = null;
    }

    protected override string FailureMessage(Exception exception) => $"Flow run encountered an exception: {Brief(exception)}";

    // A worker ends the process of a run that is to be cancelled by a signal; the run's state tells the two cases apart.
    protected override async Task<bool> IsCancellingAsync(CancellationToken ct)
    {
        try
        {
            return (await run.Client.FindFlowRunAsync(run.Id, ct))?.StateType == StateType.Cancelling;
        }
        catch (Exception e) when (e is Client.ApiException or OperationCanceledException)
        {
            run.Logger.Warning($"Could not ask whether the run is to be cancelled: {e.Message}");
            return false;
        }
    }
}
