using Reeve.Diagnostics;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs the calls of tasks.</summary>
internal static class TaskEngine
{
    /// <summary>A call in user code.</summary>
    public static Task<T> CallAsync<T>(TaskDescriptor task, object?[] arguments, Func<CancellationToken, Task<T>> body, CancellationToken ct)
    {
        var call = TaskCall<T>.Of(task, arguments, body, ct);
        return call.Scope?.Route is { } route ? route.CallAsync(call) : RunAsync(call);
    }

    /// <summary>Runs a call here: a task run of the current flow run, or one of its own.</summary>
    public static async Task<T> RunAsync<T>(TaskCall<T> call)
    {
        var flow = FlowRunContext.Current;
        var session = flow?.Session ?? EngineSession.Current;
        call = call.With(session.Defaults.For(flow is null ? call.Task : call.Task.Inside(flow.Flow)));
        using var stop = new RunStop(flow?.Stop, call.Token, call.Scope?.Cancelled ?? default);
        var (run, identity) = NewTaskRun.Of(session, flow, call.Task, call.Arguments, call.Scope, new StateCreate { Type = StateType.Pending, Name = "Pending" });
        var logger = RunLogger.ForTaskRun(session, flow?.Id, run.Id!.Value, run.Name!, call.Task.LogPrints ?? flow?.LogsPrints ?? false);
        try
        {
            var execution = new TaskExecution(session, flow, call.Task, run, identity, logger, stop, call.Scope, call.Arguments) { Entered = call.Scope?.Entered };
            var value = await RunTelemetry.TaskAsync(call.Task, run.Id.Value, run.Name!, stop, session.Time, () => execution.RunAsync(call.Body));
            flow?.Origins.Record(value, execution.TaskRunId);
            await execution.JoinTransactionAsync();
            return value;
        }
        finally
        {
            if (flow is null)
                await session.FlushAsync();
        }
    }

    /// <summary>Runs a task run that exists and was claimed by this process.</summary>
    public static Task<T> RunGivenAsync<T>(
        EngineSession session, TaskDescriptor task, TaskRun run, object?[] arguments, RunLogger logger, RunStop stop, Func<CancellationToken, Task<T>> body)
    {
        var given = new TaskRunCreate { Id = run.Id, Name = run.Name, TaskKey = run.TaskKey, DynamicKey = run.DynamicKey };
        return new TaskExecution(session, null, session.Defaults.For(task), given, default, logger, stop, null, arguments) { IsGiven = true }.RunAsync(body);
    }
}
