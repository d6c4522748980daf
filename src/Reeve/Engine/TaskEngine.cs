using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using Reeve.Diagnostics;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs the calls of tasks.</summary>
internal static class TaskEngine
{
    /// <summary>A call in user code.</summary>
    public static Task<T> CallAsync<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, Task<T>> body, CancellationToken ct) =>
        RunAsync(TaskCall<T>.Of(task, arguments, body, ct));

    private static async Task<T> RunAsync<T>(TaskCall<T> call)
    {
        var flow = FlowRunContext.Current;
        var session = flow?.Session ?? EngineSession.Current;
        call = call.With(session.Defaults.For(flow is null ? call.Task : call.Task.Inside(flow.Flow)));
        using var stop = new RunStop(flow?.Stop, call.Token);
        var (identity, key, number) = Identify(session, flow, call);
        var run = Describe(session, flow, call, key, number);
        var logger = RunLogger.ForTaskRun(session, flow?.Id, run.Id!.Value, run.Name!, call.Task.LogPrints ?? flow?.LogsPrints ?? false);
        try
        {
            var execution = new TaskExecution(session, flow, call.Task, run, identity, logger, stop, call.Scope, call.Arguments);
            var result = await RunTelemetry.TaskAsync(call.Task, run.Id.Value, run.Name!, stop, session.Time, () => execution.RunAsync(call.Body));
            await execution.JoinTransactionAsync();
            return result;
        }
        finally
        {
            if (flow is null)
            {
                await session.FlushEventsAsync();
                await session.Logs.FlushAsync(session.FlushLimit, CancellationToken.None);
            }
        }
    }

    // A call that does not want its result kept runs again anyway, so its arguments need not be looked at.
    private static (CallIdentity Identity, string Key, string Number) Identify<T>(EngineSession session, FlowRunContext? flow, TaskCall<T> call)
    {
        var task = call.Task;
        if (flow is null)
        {
            var alone = Ids.New(session.Time.GetUtcNow()).ToString("N")[^8..];
            return (default, alone, alone);
        }

        var number = flow.NextCall(task.Key).ToString(CultureInfo.InvariantCulture);
        if (task.PersistResult == false)
            return (default, number, number);
        var identity = CallIdentity.Of(TaskRunContext.Current?.Call ?? default, task.Key, call.Arguments, position => TellOnce(session, flow, task, position));
        return (identity, identity.ToKey(flow.NextOrdinal(identity)), number);
    }

    private static void TellOnce(EngineSession session, FlowRunContext flow, TaskDescriptor task, int position)
    {
        if (session.IsFirst($"argument {position} of {task.Key}"))
            flow.Logger.Info($"Argument '{task.ParameterNames[position]}' of task '{task.Name}' has no JSON form: when the flow run is run again, calls that differ in it alone are taken as equal");
    }

    private static TaskRunCreate Describe<T>(EngineSession session, FlowRunContext? flow, TaskCall<T> of, string key, string number)
    {
        var task = of.Task;
        return new TaskRunCreate
        {
            Id = Ids.New(session.Time.GetUtcNow()),
            State = new StateCreate { Type = StateType.Pending, Name = "Pending" },
            Name = RunNames.Of(task, of.Arguments) ?? $"{task.Name}-{number}",
            FlowRunId = flow?.Id,
            TaskKey = task.Key,
            DynamicKey = key,
            TaskVersion = task.Version,
            EmpiricalPolicy = task.Policy,
            Tags = task.Tags,
            TaskInputs = Inputs(task, of.Scope),
            Labels = TraceLabels.With(null),
        };
    }

    // The run graph draws its edges from these: which runs each argument came from.
    private static JsonElement Inputs(TaskDescriptor task, CallScope? scope)
    {
        var upstream = scope?.Upstream ?? ReadOnlyDictionary<string, IReadOnlyList<Guid>>.Empty;
        if (task.ParameterNames.Count == 0 && upstream.Count == 0)
            return WireJson.EmptyObject;
        var members = task.ParameterNames.Union(upstream.Keys, StringComparer.Ordinal).Select(name =>
            $"\"{name}\":[{string.Join(",", upstream.GetValueOrDefault(name, []).Select(id => $$"""{"input_type":"task_run","id":"{{id}}"}"""))}]");
        return WireJson.Parse($"{{{string.Join(",", members)}}}");
    }
}
