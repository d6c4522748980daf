using System.Buffers;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Spooling;

/// <summary>A state that a run entered while the API was away, with what is needed to tell of it later, by any process.</summary>
/// <param name="Lease">The token under which the run was worked on; it keeps a late state from a run that somebody else has by now.</param>
/// <param name="TaskRun">A task run's state; null for a flow run's.</param>
/// <param name="FlowRunId">The flow run whose state it is; null for a task run's.</param>
/// <param name="FlowRun">A flow run's state; null for a task run's.</param>
internal sealed record LateState(Guid? Lease, TaskRunProposal? TaskRun, Guid? FlowRunId = null, SetState? FlowRun = null)
{
    /// <summary>The run that entered the state.</summary>
    public Guid RunId => FlowRunId ?? TaskRun!.TaskRun?.Id ?? TaskRun!.TaskRunId!.Value;

    /// <summary>What is said when it is refused.</summary>
    public string Description =>
        $"State {(FlowRun?.State ?? TaskRun!.State!).Name} of {(FlowRunId is null ? "task" : "flow")} run {RunId}, entered at {FlowRun?.Entered ?? TaskRun?.Entered:u}";

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        if (Lease is { } lease)
            json.WriteString("lease", lease);
        if (TaskRun is not null)
        {
            json.WritePropertyName("task_run");
            JsonSerializer.Serialize(json, TaskRun, WireJson.TypeInfo<TaskRunProposal>());
        }
        else
        {
            json.WriteString("flow_run_id", FlowRunId!.Value);
            json.WritePropertyName("flow_run");
            JsonSerializer.Serialize(json, FlowRun!, WireJson.TypeInfo<SetState>());
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="JsonException">The bytes are not those of a state.</exception>
    public static LateState Of(ReadOnlySpan<byte> bytes)
    {
        var json = new Utf8JsonReader(bytes);
        var root = JsonElement.ParseValue(ref json);
        Guid? lease = root.TryGetProperty("lease", out var token) ? token.GetGuid() : null;
        if (root.TryGetProperty("task_run", out var task))
            return new(lease, task.Deserialize(WireJson.TypeInfo<TaskRunProposal>()));
        return root.TryGetProperty("flow_run_id", out var id) && root.TryGetProperty("flow_run", out var state)
            ? new(lease, null, id.GetGuid(), state.Deserialize(WireJson.TypeInfo<SetState>()))
            : throw new JsonException("It names no run");
    }
}
