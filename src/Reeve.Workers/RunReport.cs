using System.Net;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Workers;

/// <summary>Tells the server how a run ended when the run could not tell it itself. What the run has told stands: a terminal state is not touched.</summary>
internal sealed class RunReport(OrchestrationClient client, Guid id, RunLog log, ServerPatience patience, TimeProvider time)
{
    /// <summary>The job ended by itself.</summary>
    public async Task EndedAsync(JobExit exit, CancellationToken ct)
    {
        switch (await CurrentAsync(ct))
        {
            case StateType.Cancelling:
                await CancelledAsync(exit, ct);
                break;
            case StateType.Pending or StateType.Running when exit.Status == 0:
                await CrashedAsync("Flow run process exited with status 0 before the run had ended.", ct);
                break;
            case StateType.Pending or StateType.Running:
                await CrashedAsync($"Flow run process exited with {exit}.", ct);
                break;
            default:
                break; // it told its end, or waits to be run again
        }
    }

    /// <summary>The job was stopped because somebody asked to cancel the run; nothing of it is left.</summary>
    public async Task CancelledAsync(JobExit exit, CancellationToken ct)
    {
        if (await CurrentAsync(ct) is { } state && !state.IsTerminal())
            await ProposeAsync(new StateCreate { Type = StateType.Cancelled, Name = "Cancelled", Message = $"Flow run process was stopped and exited with {exit}." }, ct);
    }

    /// <summary>The job was stopped because its worker ends. A run whose code had not begun loses nothing: it is given back, for another worker to take.</summary>
    public async Task WorkerEndedAsync(string worker, JobExit exit, DateTimeOffset? scheduledTime, CancellationToken ct)
    {
        switch (await CurrentAsync(ct))
        {
            case StateType.Cancelling:
                await CancelledAsync(exit, ct);
                break;
            case StateType.Pending:
                await ProposeAsync(new StateCreate
                {
                    Type = StateType.Scheduled,
                    Name = "Scheduled",
                    Message = $"Given back by worker '{worker}', which was stopped before the run began.",
                    StateDetails = new StateDetails { ScheduledTime = scheduledTime },
                }, ct);
                break;
            case StateType.Running:
                await CrashedAsync($"Worker '{worker}' was stopped and ended the flow run's process, which exited with {exit}.", ct);
                break;
            default:
                break;
        }
    }

    public Task CrashedAsync(string message, CancellationToken ct) =>
        ProposeAsync(new StateCreate { Type = StateType.Crashed, Name = "Crashed", Message = message }, ct);

    private async Task<StateType?> CurrentAsync(CancellationToken ct) =>
        (await patience.AskAsync(token => client.FindFlowRunAsync(id, token), ct))?.StateType;

    private async Task ProposeAsync(StateCreate state, CancellationToken ct)
    {
        // The transition id makes a repeated proposal the same one.
        var proposal = state with { StateDetails = (state.StateDetails ?? new StateDetails()) with { FlowRunId = id, TransitionId = Ids.New(time.GetUtcNow()) } };
        try
        {
            var answer = await patience.AskAsync(token => client.SetFlowRunStateAsync(id, proposal, force: false, token), ct);
            if (answer.Status == OrchestrationStatus.Accept)
                log.Info($"Reported flow run '{id}' as {state.Type}: {state.Message}");
            else
                log.Warning($"Flow run '{id}' was not set to {state.Type}: {answer.Details.Reason}");
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            log.Warning($"Flow run '{id}' was not set to {state.Type}: {e.Message}");
        }
    }
}
