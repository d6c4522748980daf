using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary>Writes whole rows of <c>task_run</c>.</summary>
internal static class TaskRunRows
{
    /// <summary>Returns 0 where the id, or the key within the flow run, is known.</summary>
    internal static ValueTask<int> InsertAsync(Session session, NewTaskRun run, State state, Projection sums, DateTimeOffset now, int flowRunRunCount = 0) => session.ExecuteAsync(
        """
        insert into task_run (id, created, updated, name, flow_run_id, flow_id, task_key, dynamic_key, cache_key, cache_expiration, task_version, empirical_policy, tags, labels,
            task_inputs, state_id, state_type, state_name, state_timestamp, run_count, flow_run_run_count, expected_start_time, next_scheduled_start_time, start_time,
            end_time, total_run_time)
        values (@id, @now, @now, @name, @flow_run_id, (select fr.flow_id from flow_run fr where fr.id = @flow_run_id), @task_key, @dynamic_key, @cache_key, @cache_expiration, @task_version, @policy, @tags, @labels,
            @inputs, @state_id, @state_type, @state_name, @state_timestamp, @run_count, @flow_run_run_count, @expected, @next, @start, @end, @total)
        on conflict do nothing
        """,
        ("id", run.Id), ("now", now), ("name", run.Name), ("flow_run_id", run.FlowRunId), ("task_key", run.TaskKey), ("dynamic_key", run.DynamicKey),
        ("cache_key", run.CacheKey), ("cache_expiration", run.CacheExpiration), ("task_version", run.TaskVersion), ("policy", SqlValue.Json(run.Policy)),
        ("tags", SqlValue.Json(run.Tags)), ("labels", run.Labels), ("inputs", run.TaskInputs), ("state_id", state.Id), ("state_type", state.Type.ToWire()),
        ("state_name", state.Name), ("state_timestamp", state.Timestamp), ("run_count", sums.RunCount), ("flow_run_run_count", flowRunRunCount),
        ("expected", sums.ExpectedStartTime), ("next", sums.NextScheduledStartTime), ("start", sums.StartTime), ("end", sums.EndTime), ("total", sums.TotalRunTime));

    /// <summary>Replaces what a newer state of the run's client tells of it; an older state changes nothing.</summary>
    internal static ValueTask<int> UpdateAsync(Session session, NewTaskRun run, State state, Projection sums, DateTimeOffset now, int flowRunRunCount) => session.ExecuteAsync(
        """
        update task_run set updated = @now, name = @name, cache_key = @cache_key, cache_expiration = @cache_expiration, task_version = @task_version,
            empirical_policy = @policy, tags = @tags, labels = @labels, task_inputs = @inputs, state_id = @state_id, state_type = @state_type,
            state_name = @state_name, state_timestamp = @state_timestamp, run_count = @run_count, flow_run_run_count = @flow_run_run_count,
            expected_start_time = coalesce(@expected, expected_start_time), next_scheduled_start_time = @next, start_time = coalesce(@start, start_time),
            end_time = @end, total_run_time = @total
        where id = @id and (state_timestamp is null or state_timestamp <= @state_timestamp)
        """,
        ("id", run.Id), ("now", now), ("name", run.Name), ("cache_key", run.CacheKey), ("cache_expiration", run.CacheExpiration), ("task_version", run.TaskVersion),
        ("policy", SqlValue.Json(run.Policy)), ("tags", SqlValue.Json(run.Tags)), ("labels", run.Labels), ("inputs", run.TaskInputs), ("state_id", state.Id),
        ("state_type", state.Type.ToWire()), ("state_name", state.Name), ("state_timestamp", state.Timestamp), ("run_count", sums.RunCount),
        ("flow_run_run_count", flowRunRunCount), ("expected", sums.ExpectedStartTime), ("next", sums.NextScheduledStartTime), ("start", sums.StartTime),
        ("end", sums.EndTime), ("total", sums.TotalRunTime));
}
