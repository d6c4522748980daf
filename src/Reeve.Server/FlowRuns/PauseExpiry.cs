using Microsoft.Extensions.Logging;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// Fails runs that were paused for longer than they said. Who proposes a state to such a run gets the same verdict from the rules; this loop is for the many to which nobody
/// comes, since a paused process does not watch its own time and a suspended one is gone.
/// </summary>
internal sealed class PauseExpiry(Database database, Orchestrator orchestrator, UpkeepOptions upkeep, TimeProvider clock, ILogger<PauseExpiry> log)
    : PeriodicService(upkeep.PausesEvery, clock, log)
{
    private const int MostInOneRound = 200;

    /// <summary>Remembers when a pause ends by itself.</summary>
    internal static ValueTask<int> RememberAsync(Session session, Guid flowRunId, State paused) => session.ExecuteAsync(
        "insert into flow_run_pause (state_id, flow_run_id, expires) values (@state, @run, @expires)",
        ("state", paused.Id), ("run", flowRunId), ("expires", paused.StateDetails.PauseTimeout));

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        var expired = await database.ReadAsync(
            session => session.QueryAsync(
                "select state_id, flow_run_id from flow_run_pause where expires < @now order by expires limit @most",
                static row => (StateId: row.Id(0), FlowRunId: row.Id(1)),
                ("now", Clock.Now()), ("most", MostInOneRound)),
            cancellation).ConfigureAwait(false);
        await EachAsync(expired, pause => database.WriteAsync(session => EndAsync(session, pause.StateId, pause.FlowRunId), cancellation).AsTask()).ConfigureAwait(false);
    }

    // a run that went on in between is in another state, perhaps another pause
    private async ValueTask EndAsync(Session session, Guid stateId, Guid flowRunId)
    {
        if (await LoadedFlowRun.LoadAsync(session, flowRunId).ConfigureAwait(false) is { State: { Type: StateType.Paused } paused } && paused.Id == stateId)
        {
            var failed = new StateCreate { Type = StateType.Failed, Message = "The flow was paused and never resumed." };
            await orchestrator.ProposeFlowRunStateAsync(session, flowRunId, new SetState(failed, Force: true)).ConfigureAwait(false);
        }
        await session.ExecuteAsync("delete from flow_run_pause where state_id = @state", ("state", stateId)).ConfigureAwait(false);
    }
}
