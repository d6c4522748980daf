using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Server.Events;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;

namespace Reeve.Server.Orchestration;

internal sealed partial class Orchestrator
{
    /// <summary>
    /// Records a task run's state that its client decided by itself. It is history, not a proposal: the rules have no say, every state is kept, and the run shows the newest.
    /// An event that is not told as it should be, or of a flow run that is not there, records nothing.
    /// </summary>
    internal async ValueTask RecordTaskRunAsync(Session session, Event happened)
    {
        if (ClientTaskRun.Read(happened) is not var (id, flowRunId, told, state))
            return;
        var (knownId, hasFlowRun) = await session.QueryFirstAsync(
            """
            select (select tr.id from task_run tr where tr.id = @id or (tr.flow_run_id = @flow_run and tr.task_key = @task_key and tr.dynamic_key = @dynamic_key) limit 1),
                (select 1 from flow_run fr where fr.id = @flow_run)
            """,
            static row => (row.IdOrNull(0), !row.IsNull(1)),
            ("id", id), ("flow_run", flowRunId), ("task_key", told.TaskKey), ("dynamic_key", told.DynamicKey)).ConfigureAwait(false);
        if (flowRunId is not null && !hasFlowRun)
            return;
        var now = clock.Now();
        var run = Recorded(knownId ?? id, flowRunId, told);
        var sums = new Projection
        {
            RunCount = told.RunCount,
            ExpectedStartTime = told.ExpectedStartTime ?? state.Timestamp,
            NextScheduledStartTime = told.NextScheduledStartTime,
            StartTime = told.StartTime,
            EndTime = told.EndTime,
            TotalRunTime = told.TotalRunTime,
        };
        if (knownId is not null || await TaskRunRows.InsertAsync(session, run, state, sums, now, told.FlowRunRunCount).ConfigureAwait(false) == 0)
            await TaskRunRows.UpdateAsync(session, run, state, sums, now, told.FlowRunRunCount).ConfigureAwait(false);
        StateRows.AddTaskRunState(session, run.Id, state);
    }

    private static NewTaskRun Recorded(Guid id, Guid? flowRunId, ClientTaskRun told) => new()
    {
        Id = id,
        Name = told.Name ?? $"{told.TaskKey}-{told.DynamicKey}",
        TaskKey = told.TaskKey,
        DynamicKey = told.DynamicKey,
        FlowRunId = flowRunId,
        CacheKey = told.CacheKey,
        CacheExpiration = told.CacheExpiration,
        TaskVersion = told.TaskVersion,
        Policy = told.EmpiricalPolicy ?? new(),
        Tags = told.Tags ?? [],
        Labels = told.Labels is { ValueKind: JsonValueKind.Object } labels ? labels : WireJson.EmptyObject,
        TaskInputs = told.TaskInputs is { ValueKind: JsonValueKind.Object } inputs ? inputs : WireJson.EmptyObject,
    };
}
