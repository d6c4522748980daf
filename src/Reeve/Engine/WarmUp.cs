using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>
/// Prepares, beside the first request, what the later ones need. A flow's process is short, and nearly all of its start is the first use of
/// each wire type: done here it overlaps with opening the connection instead of following it.
/// </summary>
internal static class WarmUp
{
    public static void Run()
    {
        var state = new StateCreate { Type = StateType.Running, StateDetails = new StateDetails { TransitionId = Guid.Empty } };
        Write(new FlowRunCreate { FlowId = Guid.Empty, State = state, EmpiricalPolicy = new FlowRunPolicy(), Parameters = WireJson.EmptyObject });
        Write(new SetState(state));
        Read<FlowRun>($$"""{"id":"{{Guid.Empty}}","created":"1970-01-01T00:00:00Z","updated":"1970-01-01T00:00:00Z","name":"","flow_id":"{{Guid.Empty}}"}""");
        Read<OrchestrationResult>("""{"state":null,"status":"ACCEPT","details":{"type":""}}""");
        Write(new TaskRunCreate { TaskKey = "", DynamicKey = "", EmpiricalPolicy = new TaskRunPolicy() });
        Read<TaskRun>($$"""{"id":"{{Guid.Empty}}","created":"1970-01-01T00:00:00Z","updated":"1970-01-01T00:00:00Z","name":"","task_key":"","dynamic_key":""}""");
        Write(new List<LogCreate> { new() { Name = "", Level = 0, Message = "", Timestamp = default } });
    }

    private static void Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, WireJson.TypeInfo<T>());

    private static void Read<T>(string json) => JsonSerializer.Deserialize(json, WireJson.TypeInfo<T>());
}
