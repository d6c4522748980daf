using System.Globalization;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>A task run as the API is told of it.</summary>
internal static class NewTaskRun
{
    public static TaskRunCreate Of(EngineSession session, FlowRunContext? flow, TaskDescriptor task, object?[] arguments, CallScope? scope, StateCreate state)
    {
        var id = Ids.New(session.Time.GetUtcNow());
        var call = flow is null ? id.ToString("N")[^8..] : flow.NextCall(task.Key).ToString(CultureInfo.InvariantCulture);
        return new TaskRunCreate
        {
            Id = id,
            State = state,
            Name = RunNames.Of(task, arguments) ?? $"{task.Name}-{call}",
            FlowRunId = flow?.Id,
            TaskKey = task.Key,
            DynamicKey = call,
            TaskVersion = task.Version,
            EmpiricalPolicy = task.Policy,
            Tags = task.Tags,
            TaskInputs = TaskInputs.Of(task.ParameterNames, arguments, scope, flow?.Origins),
        };
    }
}
