using Reeve.Protocol.Runs;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary>
/// States of runs that their processes tell late, since the server was away when they were entered. They may be told twice, and after the world has gone on: a state that
/// is in the history already is not entered again, and a flow run that is over by now is not added to. But Crashed is what was concluded of a silence: the process that nobody has
/// taken the run from, which its lease's token shows, knows better, and what it tells of the run's end and of its tasks is entered after all.
/// </summary>
internal static class LateStates
{
    /// <summary>What the teller of a state is answered that is not to be judged; null where it is.</summary>
    internal static async ValueTask<ProposalOutcome?> RefuseAsync(Session session, LoadedTaskRun run, StateCreate told, Guid? lease)
    {
        if (told.StateDetails?.TransitionId is { } transition && run.State is { } held && await IsKnownAsync(session, run.Id, transition).ConfigureAwait(false))
        {
            var details = new OrchestrationDetails { Type = "reject_details", Reason = "This run has already made this state transition." };
            return new ProposalOutcome.Answered(new() { State = held, Status = OrchestrationStatus.Reject, Details = details }, Stored: false);
        }
        return await WhyOverAsync(session, run.FlowRunId, lease).ConfigureAwait(false) is { } over ? new ProposalOutcome.Superseded(over) : null;
    }

    /// <summary>Why nothing is added to a flow run any more; null where it goes on, or there is none.</summary>
    internal static async ValueTask<string?> WhyOverAsync(Session session, Guid? flowRunId, Guid? lease) => flowRunId is { } id
        ? await session.QueryFirstAsync(
            """
            select name, state_name from flow_run where id = @id and (state_type in ('COMPLETED', 'FAILED', 'CANCELLED')
                or state_type = 'CRASHED' and not exists (select 1 from flow_run_lease l where l.flow_run_id = flow_run.id and l.token = @lease))
            """,
            static row => Over(row.Text(0), row.Text(1)),
            ("id", id), ("lease", lease ?? Guid.Empty)).ConfigureAwait(false)
        : null;

    /// <summary>Why a flow run does not enter a state that is told late; null where it may, or has entered it before.</summary>
    internal static string? WhyOver(LoadedFlowRun run, StateCreate told, Guid? lease) =>
        run.State is { } held && held.Type.IsTerminal() && !(held.Type == StateType.Crashed && told.Type.IsTerminal() && lease is not null && run.Lease?.Token == lease) && held.StateDetails.TransitionId != (told.StateDetails?.TransitionId ?? Guid.Empty) ? Over(run.Name, held.Name) : null;

    private static string Over(string flowRun, string state) => $"Flow run '{flowRun}' is {state} by now, so nothing that its process tells late is added to it.";

    private static async ValueTask<bool> IsKnownAsync(Session session, Guid taskRunId, Guid transition)
    {
        var history = await session.QueryAsync(
            "select state_details from task_run_state where task_run_id = @id", static row => row.Json<StateDetails>(0), ("id", taskRunId)).ConfigureAwait(false);
        return history.Any(details => details.TransitionId == transition);
    }
}
