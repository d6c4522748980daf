using Reeve.Protocol.Runs;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Events;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;

namespace Reeve.Server.Orchestration;

internal sealed partial class Orchestrator
{
    /// <summary>Judges a proposed state of a task run and writes what holds. The token is that of the flow run's lease.</summary>
    internal async ValueTask<ProposalOutcome> ProposeTaskRunStateAsync(Session session, Guid id, SetState proposal, Guid? lease = null)
    {
        if (await LoadedTaskRun.LoadAsync(session, id).ConfigureAwait(false) is not { } run)
            return new ProposalOutcome.NotFound();
        if (Fence(run.Lease, lease) is { } superseded)
            return superseded;
        var now = clock.Now();
        var transition = new TaskRunTransition
        {
            RunId = id,
            Initial = run.State,
            Proposed = Propose(proposal.State, run.State, now, run.FlowRunId, id),
            Run = run.Run,
            Now = now,
            Chance = Random.Shared.NextDouble(),
            Policy = run.Policy,
            FlowRun = run.FlowRun,
            FlowRunRunCount = run.FlowRunRunCount,
            TagSlots = proposal.State.Type == StateType.Running && run is { Tags.Count: > 0, FlowRun: not null } && !proposal.Force
                ? await TaskRunSlots.LockAsync(session, run.Tags, id, now).ConfigureAwait(false)
                : [],
            Cached = await FindCachedAsync(session, proposal.State, now).ConfigureAwait(false),
        };
        var verdict = OrchestrationPolicy.Judge(transition, proposal.Force);
        switch (verdict)
        {
            case Verdict.Accept { Transition: TaskRunTransition accepted }:
                await TaskRunSlots.TakeAsync(session, accepted.TagSlots, id, now, run.FlowRunId).ConfigureAwait(false);
                await EnterAsync(session, run with { Run = accepted.Run, FlowRunRunCount = accepted.FlowRunRunCount }, accepted.Proposed, now).ConfigureAwait(false);
                if (!proposal.Force && accepted.Proposed is { Type: StateType.Completed, StateDetails.CacheKey: { Length: > 0 } key })
                    await CacheAsync(session, key, accepted.Proposed).ConfigureAwait(false);
                return Answer(verdict, accepted.Proposed, stored: true);
            case Verdict.Reject { Instead: { } instead }:
                await EnterAsync(session, run, instead, now).ConfigureAwait(false);
                return Answer(verdict, instead, stored: true);
            default:
                return Answer(verdict, run.State, stored: false);
        }
    }

    /// <summary>Stores a new task run in its first state; null where its id, or its key within the flow run, is known already.</summary>
    internal async ValueTask<State?> AddTaskRunAsync(Session session, NewTaskRun run)
    {
        var now = clock.Now();
        var state = Propose(run.State ?? new StateCreate { Type = StateType.Pending }, null, now, run.FlowRunId, run.Id);
        var sums = new Projection().Enter(null, state);
        if (await TaskRunRows.InsertAsync(session, run, state, sums, now).ConfigureAwait(false) == 0)
            return null;
        StateRows.AddTaskRunState(session, run.Id, state);
        await BackgroundTaskRuns.QueueAsync(session, run.Id, state).ConfigureAwait(false);
        var loaded = (await LoadedTaskRun.LoadAsync(session, run.Id).ConfigureAwait(false))!;
        Outbox.Add(session, RunEvents.TaskRunState(loaded, null, state, sums.RunCount, now));
        return state;
    }

    private static async ValueTask EnterAsync(Session session, LoadedTaskRun run, State entered, DateTimeOffset now)
    {
        var sums = run.Run.Enter(run.State, entered);
        StateRows.AddTaskRunState(session, run.Id, entered);
        session.Post(
            """
            update task_run set updated = @now, state_id = @state_id, state_type = @state_type, state_name = @state_name, state_timestamp = @state_timestamp,
                run_count = @run_count, flow_run_run_count = @flow_run_run_count, expected_start_time = @expected, next_scheduled_start_time = @next,
                start_time = @start, end_time = @end, total_run_time = @total
            where id = @id
            """,
            ("now", now), ("state_id", entered.Id), ("state_type", entered.Type.ToWire()), ("state_name", entered.Name), ("state_timestamp", entered.Timestamp),
            ("run_count", sums.RunCount), ("flow_run_run_count", run.FlowRunRunCount), ("expected", sums.ExpectedStartTime), ("next", sums.NextScheduledStartTime),
            ("start", sums.StartTime), ("end", sums.EndTime), ("total", sums.TotalRunTime), ("id", run.Id));
        await BackgroundTaskRuns.QueueAsync(session, run.Id, entered).ConfigureAwait(false);
        Outbox.Add(session, RunEvents.TaskRunState(run, run.State, entered, sums.RunCount, now));
        if (run.HoldsSlots && entered.Type is not (StateType.Running or StateType.Cancelling))
            await GiveBackTaskSlotsAsync(session, run.Id, now).ConfigureAwait(false);
    }

    private static async ValueTask<State?> FindCachedAsync(Session session, StateCreate proposed, DateTimeOffset now) =>
        proposed is { Type: StateType.Running, StateDetails: { CacheKey: { Length: > 0 } key, RefreshCache: not true } }
            ? await session.QueryFirstAsync(
                $"""
                select {StateRows.Columns} from task_run_state_cache c join task_run_state s on s.id = c.task_run_state_id
                where c.cache_key = @key and (c.expires is null or c.expires > @now)
                """,
                static row => StateRows.Read(row, 0),
                ("key", key), ("now", now)).ConfigureAwait(false)
            : null;

    private static ValueTask<int> CacheAsync(Session session, string key, State completed) => session.ExecuteAsync(
        """
        insert into task_run_state_cache (cache_key, task_run_state_id, expires) values (@key, @state, @expires)
        on conflict (cache_key) do update set task_run_state_id = excluded.task_run_state_id, expires = excluded.expires
        """,
        ("key", key), ("state", completed.Id), ("expires", completed.StateDetails.CacheExpiration));
}
