using Reeve.Protocol.Runs;
using Reeve.Server.Artifacts;
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
        if (proposal.Entered is not null && await LateStates.RefuseAsync(session, run, proposal.State, lease).ConfigureAwait(false) is { } refused)
            return refused;
        var now = clock.Now();
        var transition = new TaskRunTransition
        {
            RunId = id,
            Initial = run.State,
            Proposed = Propose(proposal.State, run.State, now, run.FlowRunId, id, proposal.Entered),
            Run = run.Run,
            Now = now,
            SlotWait = slots.TagWait,
            Chance = Random.Shared.NextDouble(),
            Policy = run.Policy,
            FlowRun = run.FlowRun,
            IsLate = proposal.Entered is not null,
            FlowRunRunCount = run.FlowRunRunCount,
            TagSlots = proposal.State.Type == StateType.Running && run.Tags.Count > 0 && !proposal.Force
                ? await TaskRunSlots.LockAsync(session, run.Tags, id, now).ConfigureAwait(false)
                : [],
            Cached = await FindCachedAsync(session, proposal.State, now).ConfigureAwait(false),
        };
        var verdict = OrchestrationPolicy.Judge(transition, proposal.Force);
        switch (verdict)
        {
            case Verdict.Accept { Transition: TaskRunTransition accepted }:
                await TaskRunSlots.TakeAsync(session, accepted.TagSlots, id, now, run.FlowRunId).ConfigureAwait(false);
                var entered = await EnterAsync(session, run with { Run = accepted.Run, FlowRunRunCount = accepted.FlowRunRunCount }, accepted.Proposed, now).ConfigureAwait(false);
                if (!proposal.Force && entered is { Type: StateType.Completed, StateDetails.CacheKey: { Length: > 0 } key })
                    await CacheAsync(session, key, entered).ConfigureAwait(false);
                return Answer(verdict, entered, stored: true);
            case Verdict.Reject { Instead: { } instead }:
                return Answer(verdict, await EnterAsync(session, run, instead, now).ConfigureAwait(false), stored: true);
            default:
                return Answer(verdict, run.State, stored: false);
        }
    }

    /// <summary>Stores a new task run in its first state; null where its id, or its key within the flow run (or outside of any), is known already.</summary>
    /// <exception cref="StorageException">The flow run does not exist (a foreign key violation).</exception>
    internal async ValueTask<State?> AddTaskRunAsync(Session session, NewTaskRun run, DateTimeOffset? entered = null)
    {
        if (run.FlowRunId is null && await IsKnownAsync(session, run).ConfigureAwait(false))
            return null;
        var now = clock.Now();
        var state = Propose(run.State ?? new StateCreate { Type = StateType.Pending }, null, now, run.FlowRunId, run.Id, entered);
        var sums = new Projection().Enter(null, state);
        var parent = run.FlowRunId is { } flowRunId
            ? await session.QueryFirstAsync(
                "select fr.name, fr.labels, f.id, f.name, f.tags from flow_run fr join flow f on f.id = fr.flow_id where fr.id = @id",
                static row => (Name: row.Text(0), Labels: row.Element(1), Flow: new NamedResource(row.Id(2), row.Text(3), row.Json<IReadOnlyList<string>>(4))),
                ("id", flowRunId)).ConfigureAwait(false)
            : default;
        if (parent.Flow is not null)
            run = run with { Labels = RunLabels.OfTaskRun(run.FlowRunId!.Value, parent.Labels, run.Labels) };
        if (await TaskRunRows.InsertAsync(session, run, state, sums, now).ConfigureAwait(false) == 0)
            return null;
        state = await ResultArtifacts.KeepAsync(session, state, run.FlowRunId, run.Id, now).ConfigureAwait(false);
        StateRows.AddTaskRunState(session, run.Id, state);
        await BackgroundTaskRuns.QueueAsync(session, run.Id, null, state).ConfigureAwait(false);
        var loaded = new LoadedTaskRun
        {
            Id = run.Id,
            Name = run.Name,
            Tags = run.Tags,
            Policy = run.Policy,
            Run = sums,
            State = state,
            FlowRunId = run.FlowRunId,
            FlowRunName = parent.Name,
            Flow = parent.Flow,
        };
        Outbox.Add(session, RunEvents.TaskRunState(loaded, null, state, sums.RunCount, now));
        return state;
    }

    // the key of a task run without a flow run is no unique one in the table: what clients record by themselves has any
    private static async ValueTask<bool> IsKnownAsync(Session session, NewTaskRun run)
    {
        // of two servers that are told of it at once the second looks when the first has written
        session.LockText($"task run {run.TaskKey} {run.DynamicKey}");
        return await session.ScalarAsync(
            "select 1 from task_run where flow_run_id is null and task_key = @task_key and dynamic_key = @dynamic_key limit 1",
            ("task_key", run.TaskKey), ("dynamic_key", run.DynamicKey)).ConfigureAwait(false) == 1;
    }

    private static async ValueTask<State> EnterAsync(Session session, LoadedTaskRun run, State entered, DateTimeOffset now)
    {
        entered = await ResultArtifacts.KeepAsync(session, entered, run.FlowRunId, run.Id, now).ConfigureAwait(false);
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
        await BackgroundTaskRuns.QueueAsync(session, run.Id, run.State, entered).ConfigureAwait(false);
        Outbox.Add(session, RunEvents.TaskRunState(run, run.State, entered, sums.RunCount, now));
        if (run.HoldsSlots && entered.Type is not (StateType.Running or StateType.Cancelling))
            await GiveBackTaskSlotsAsync(session, run.Id, now).ConfigureAwait(false);
        return entered;
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
