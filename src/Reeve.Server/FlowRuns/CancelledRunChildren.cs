using Microsoft.Extensions.Logging;
using Reeve.Protocol.Runs;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// Cancels what a cancelled run leaves behind: its subflows, and its task runs that have not ended. A subflow of a deployment has infrastructure of its own and is asked to
/// stop; any other went down with its parent. Each child is a transaction of its own, and a run stays noted until none is left: a run may have very many.
/// </summary>
internal sealed class CancelledRunChildren(Database database, Orchestrator orchestrator, UpkeepOptions upkeep, TimeProvider clock, ILogger<CancelledRunChildren> log)
    : PeriodicService(upkeep.ChildrenEvery, clock, log)
{
    private const int MostInOneRound = 200;
    private const string Message = "The parent flow run was cancelled.";
    private const string Live = "('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')";

    internal static ValueTask<int> RememberAsync(Session session, Guid flowRunId, DateTimeOffset now) => session.ExecuteAsync(
        "insert into flow_run_cancelled (flow_run_id, since) values (@id, @now) on conflict (flow_run_id) do update set since = excluded.since", ("id", flowRunId), ("now", now));

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        var cancelled = await database.ReadAsync(
            session => session.QueryAsync(
                "select flow_run_id, since from flow_run_cancelled order by since limit @most", static row => (Id: row.Id(0), Since: row.Time(1)), ("most", MostInOneRound)),
            cancellation).ConfigureAwait(false);
        await EachAsync(cancelled, run => CleanUpAsync(run.Id, run.Since, cancellation)).ConfigureAwait(false);
    }

    private async Task CleanUpAsync(Guid flowRunId, DateTimeOffset since, CancellationToken cancellation)
    {
        // a run that was taken up again keeps its children
        var left = await database.ReadAsync(session => FindAsync(session, flowRunId), cancellation).ConfigureAwait(false);
        await EachAsync(left.Subflows, child => database.WriteAsync(session => StopAsync(session, child.Id, child.Type), cancellation).AsTask()).ConfigureAwait(false);
        await EachAsync(left.TaskRuns, id => database.WriteAsync(session => StopAsync(session, id), cancellation).AsTask()).ConfigureAwait(false);
        // one that was cancelled anew in between is noted anew
        if (left is { Subflows: [], TaskRuns: [] })
            await database.WriteAsync(
                session => session.ExecuteAsync("delete from flow_run_cancelled where flow_run_id = @id and since = @since", ("id", flowRunId), ("since", since)), cancellation).ConfigureAwait(false);
    }

    // force passes by the law of ends: one that has ended since it was found, or that another server has told already, is left as it is
    private async ValueTask StopAsync(Session session, Guid subflowId, StateType type)
    {
        if (await LoadedFlowRun.LoadAsync(session, subflowId).ConfigureAwait(false) is { State.Type: var state } && !state.IsTerminal() && state != type)
            await orchestrator.ProposeFlowRunStateAsync(session, subflowId, new SetState(new StateCreate { Type = type, Message = Message }, Force: true)).ConfigureAwait(false);
    }

    private async ValueTask StopAsync(Session session, Guid taskRunId)
    {
        if (await LoadedTaskRun.LoadAsync(session, taskRunId).ConfigureAwait(false) is { State.Type: var state } && !state.IsTerminal())
            await orchestrator.ProposeTaskRunStateAsync(session, taskRunId, new SetState(new StateCreate { Type = StateType.Cancelled, Message = Message }, Force: true)).ConfigureAwait(false);
    }

    // the task run that stands for a subflow follows the subflow
    private static async ValueTask<(List<(Guid Id, StateType Type)> Subflows, List<Guid> TaskRuns)> FindAsync(Session session, Guid flowRunId)
    {
        var subflows = await session.QueryAsync(
            $"""
            select child.id, child.deployment_id from flow_run fr join task_run tr on tr.flow_run_id = fr.id join flow_run child on child.parent_task_run_id = tr.id
            where fr.id = @id and fr.state_type = 'CANCELLED' and child.state_type in {Live} and (child.deployment_id is null or child.state_type <> 'CANCELLING') limit @most
            """,
            static row => (Id: row.Id(0), Type: row.IsNull(1) ? StateType.Cancelled : StateType.Cancelling),
            ("id", flowRunId), ("most", MostInOneRound)).ConfigureAwait(false);
        var taskRuns = await session.QueryAsync(
            $"""
            select tr.id from flow_run fr join task_run tr on tr.flow_run_id = fr.id
            where fr.id = @id and fr.state_type = 'CANCELLED' and tr.state_type in {Live}
                and not exists (select 1 from flow_run child where child.parent_task_run_id = tr.id and child.state_type in {Live}) limit @most
            """,
            static row => row.Id(0),
            ("id", flowRunId), ("most", MostInOneRound)).ConfigureAwait(false);
        return (subflows, taskRuns);
    }
}
