using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Artifacts;
using Reeve.Server.Storage;

namespace Reeve.Server.Orchestration;

/// <summary>Reads and writes the rows of <c>flow_run_state</c> and <c>task_run_state</c>, which have one shape.</summary>
internal static class StateRows
{
    /// <summary>What <see cref="Read"/> reads of the table under the alias <c>s</c>.</summary>
    internal const string Columns = "s.id, s.type, s.name, s.timestamp, s.message, s.state_details, s.data";

    internal const int ColumnCount = 7;

    // most details of most states are null, and null again when read back without being told: a page of runs reads fifty of them
    private static readonly JsonTypeInfo<StateDetails> WithoutNulls =
        (JsonTypeInfo<StateDetails>)new JsonSerializerOptions(WireJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull }.GetTypeInfo(typeof(StateDetails));

    internal static State Read(Row row, int at) => new()
    {
        Id = row.Id(at),
        Type = Type(row.Text(at + 1)),
        Name = row.Text(at + 2),
        Timestamp = row.Time(at + 3),
        Message = row.TextOrNull(at + 4),
        StateDetails = row.Json<StateDetails>(at + 5),
        Data = row.ElementOrNull(at + 6),
    };

    internal static State? ReadOrNull(Row row, int at) => row.IsNull(at) ? null : Read(row, at);

    internal static StateType Type(string wire) => wire switch
    {
        "SCHEDULED" => StateType.Scheduled,
        "PENDING" => StateType.Pending,
        "RUNNING" => StateType.Running,
        "COMPLETED" => StateType.Completed,
        "FAILED" => StateType.Failed,
        "CANCELLED" => StateType.Cancelled,
        "CRASHED" => StateType.Crashed,
        "PAUSED" => StateType.Paused,
        "CANCELLING" => StateType.Cancelling,
        _ => throw new InvalidOperationException($"The database holds the unknown state type '{wire}'."),
    };

    internal static StateType? TypeOrNull(Row row, int column) => row.TextOrNull(column) is { } wire ? Type(wire) : null;

    internal static void AddFlowRunState(Session session, Guid flowRunId, State state) => session.Post(
        """
        insert into flow_run_state (id, flow_run_id, type, name, timestamp, message, state_details, data)
        values (@id, @run, @type, @name, @timestamp, @message, @details, @data)
        """,
        ("id", state.Id), ("run", flowRunId), ("type", state.Type.ToWire()), ("name", state.Name), ("timestamp", state.Timestamp), ("message", state.Message),
        ("details", SqlValue.Json(state.StateDetails, WithoutNulls)), ("data", Kept(state.Data)));

    /// <summary>A state's id is its place in history: the same state told twice is stored once.</summary>
    internal static void AddTaskRunState(Session session, Guid taskRunId, State state) => session.Post(
        """
        insert into task_run_state (id, task_run_id, type, name, timestamp, message, state_details, data)
        values (@id, @run, @type, @name, @timestamp, @message, @details, @data) on conflict (id) do nothing
        """,
        ("id", state.Id), ("run", taskRunId), ("type", state.Type.ToWire()), ("name", state.Name), ("timestamp", state.Timestamp), ("message", state.Message),
        ("details", SqlValue.Json(state.StateDetails, WithoutNulls)), ("data", Kept(state.Data)));

    // the proposer is answered with it, the history has nothing
    private static JsonElement? Kept(JsonElement? data) => data is { } element && ResultArtifacts.IsUnpersisted(element) ? null : data;
}
