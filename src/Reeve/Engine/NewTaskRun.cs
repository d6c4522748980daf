using System.Globalization;
using Reeve.Diagnostics;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>A task run as the API is told of it, and what its call is known by when the flow is run again.</summary>
internal readonly record struct NewTaskRun(TaskRunCreate Run, CallIdentity Identity)
{
    public static NewTaskRun Of(EngineSession session, FlowRunContext? flow, TaskDescriptor task, object?[] arguments, CallScope? scope, StateCreate state)
    {
        var id = Ids.New(session.Time.GetUtcNow());
        var number = flow is null ? id.ToString("N")[^8..] : flow.NextCall(task.Key).ToString(CultureInfo.InvariantCulture);
        var (identity, key) = Identify(session, flow, task, arguments, number);
        var run = new TaskRunCreate
        {
            Id = id,
            State = state,
            Name = RunNames.Of(task, arguments) ?? $"{task.Name}-{number}",
            FlowRunId = flow?.Id,
            TaskKey = task.Key,
            DynamicKey = key,
            TaskVersion = task.Version,
            EmpiricalPolicy = task.Policy,
            Tags = task.Tags,
            TaskInputs = TaskInputs.Of(task.ParameterNames, arguments, scope, flow?.Origins),
            Labels = TraceLabels.With(null),
        };
        return new(run, identity);
    }

    // A call that does not want its result kept runs again anyway, so its arguments need not be looked at.
    private static (CallIdentity Identity, string Key) Identify(EngineSession session, FlowRunContext? flow, TaskDescriptor task, object?[] arguments, string number)
    {
        if (flow is null || task.PersistResult == false)
            return (default, number);
        var identity = CallIdentity.Of(TaskRunContext.Current?.Call ?? default, task.Key, arguments, position => TellOnce(session, flow, task, position));
        return (identity, identity.ToKey(flow.NextOrdinal(identity)));
    }

    private static void TellOnce(EngineSession session, FlowRunContext flow, TaskDescriptor task, int position)
    {
        if (session.IsFirst($"argument {position} of {task.Key}"))
            flow.Logger.Info($"Argument '{task.ParameterNames[position]}' of task '{task.Name}' has no JSON form: when the flow run is run again, calls that differ in it alone are taken as equal");
    }
}
