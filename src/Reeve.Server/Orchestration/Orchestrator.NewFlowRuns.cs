using System.Text.Json;
using Reeve.Protocol.Runs;
using Reeve.Server.Artifacts;
using Reeve.Server.Events;
using Reeve.Server.FlowRuns;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

internal sealed partial class Orchestrator
{
    /// <summary>
    /// Stores a new flow run in its first state. Returns the state and the run's sums, or null where a run with the same idempotency key or the same fire time of its
    /// schedule is there already.
    /// </summary>
    /// <exception cref="StorageException">The flow does not exist (a foreign key violation).</exception>
    internal async ValueTask<(State State, Projection Run, RunFacts Facts, JsonElement Labels)?> AddFlowRunAsync(Session session, NewFlowRun run)
    {
        var now = clock.Now();
        // the first state of a run that a schedule made names no run: clients know it so
        var state = Propose(run.State ?? new StateCreate { Type = StateType.Pending }, null, now, run.AutoScheduled ? null : run.Id, run.ParentTaskRunId);
        var sums = new Projection().Enter(null, state);
        Insert(session, run, state, sums, now);
        // one round trip for both: a run that was not stored, or is another's of this id, has not this state
        if (await session.QueryFirstAsync(
            $"select {RunFacts.Columns}, f.labels from flow_run fr {RunFacts.Joins} where fr.id = @id and fr.state_id = @state_id",
            static row => (Facts: RunFacts.Read(row, 0), FlowLabels: row.Element(RunFacts.ColumnCount)),
            ("id", run.Id), ("state_id", state.Id)).ConfigureAwait(false) is not ({ } facts, var flowLabels))
            return null;
        var labels = RunLabels.Merge(flowLabels, run.Labels);
        if (!JsonElement.DeepEquals(labels, run.Labels)) // few flows have labels
            session.Post("update flow_run set labels = @labels where id = @id", ("labels", labels), ("id", run.Id));
        state = await ResultArtifacts.KeepAsync(session, state, run.Id, null, now).ConfigureAwait(false);
        StateRows.AddFlowRunState(session, run.Id, state);
        var loaded = new LoadedFlowRun { Id = run.Id, Name = run.Name, Tags = run.Tags, Policy = run.Policy, Run = sums, Facts = facts, CreatedBy = run.CreatedBy };
        Outbox.Add(session, RunEvents.FlowRunState(loaded, null, state, sums.RunCount, now));
        if (run.ParentTaskRunId is { } parent)
            await FollowSubflowAsync(session, parent, run.Id, state, now).ConfigureAwait(false);
        await NoteAsync(session, run.Id, state, now).ConfigureAwait(false);
        Wake(session, state.Type);
        return (state, sums, facts, labels);
    }

    private static void Insert(Session session, NewFlowRun run, State state, Projection sums, DateTimeOffset now) => session.Post(
        """
        insert into flow_run (id, created, updated, name, flow_id, flow_version, deployment_id, deployment_version, work_queue_id, work_queue_name, parameters, context,
            job_variables, empirical_policy, tags, labels, created_by, idempotency_key, schedule_id, scheduled_for, auto_scheduled, parent_task_run_id,
            infrastructure_document_id, state_id, state_type, state_name, state_timestamp, run_count, expected_start_time, next_scheduled_start_time, start_time, end_time)
        values (@id, @now, @now, @name, @flow_id, @flow_version, @deployment_id, @deployment_version, @work_queue_id, @work_queue_name, @parameters, @context,
            @job_variables, @policy, @tags, @labels, @created_by, @key, @schedule_id, @scheduled_for, @auto_scheduled, @parent,
            @infrastructure, @state_id, @state_type, @state_name, @state_timestamp, @run_count, @expected, @next, @start, @end)
        on conflict do nothing
        """,
        ("id", run.Id), ("now", now), ("name", run.Name), ("flow_id", run.FlowId), ("flow_version", run.FlowVersion), ("deployment_id", run.DeploymentId),
        ("deployment_version", run.DeploymentVersion), ("work_queue_id", run.WorkQueueId), ("work_queue_name", run.WorkQueueName), ("parameters", run.Parameters),
        ("context", run.Context), ("job_variables", run.JobVariables), ("policy", SqlValue.Json(run.Policy)), ("tags", SqlValue.Json(run.Tags)), ("labels", run.Labels),
        ("created_by", SqlValue.Json(run.CreatedBy)), ("key", run.IdempotencyKey), ("schedule_id", run.ScheduleId), ("scheduled_for", run.ScheduledFor),
        ("auto_scheduled", run.AutoScheduled), ("parent", run.ParentTaskRunId), ("infrastructure", run.InfrastructureDocumentId), ("state_id", state.Id),
        ("state_type", state.Type.ToWire()), ("state_name", state.Name), ("state_timestamp", state.Timestamp), ("run_count", sums.RunCount),
        ("expected", sums.ExpectedStartTime), ("next", sums.NextScheduledStartTime), ("start", sums.StartTime), ("end", sums.EndTime));
}
