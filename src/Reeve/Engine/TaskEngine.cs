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
        var run = Describe(session, flow, call);
        var logger = RunLogger.ForTaskRun(session, flow?.Id, run.Id!.Value, run.Name!, call.Task.LogPrints ?? flow?.LogsPrints ?? false);
        try
        {
            var execution = new TaskExecution(session, flow, call.Task, run, logger, stop, call.Scope, call.Arguments);
            return await RunTelemetry.TaskAsync(call.Task, run.Id.Value, run.Name!, stop, session.Time, () => execution.RunAsync(call.Body));
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

    private static TaskRunCreate Describe<T>(EngineSession session, FlowRunContext? flow, TaskCall<T> of)
    {
        var task = of.Task;
        var id = Ids.New(session.Time.GetUtcNow());
        var call = flow is null ? id.ToString("N")[^8..] : flow.NextCall(task.Key).ToString(CultureInfo.InvariantCulture);
        return new TaskRunCreate
        {
            Id = id,
            State = new StateCreate { Type = StateType.Pending, Name = "Pending" },
            Name = RunNames.Of(task, of.Arguments) ?? $"{task.Name}-{call}",
            FlowRunId = flow?.Id,
            TaskKey = task.Key,
            DynamicKey = call,
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
