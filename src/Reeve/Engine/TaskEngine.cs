using Reeve.Client;
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
        var task = call.Task;
        var flow = FlowRunContext.Current;
        var session = flow?.Session ?? EngineSession.Current;
        var client = flow?.Client ?? session.Client;
        using var stop = new RunStop(flow?.Stop, call.Token, call.Scope?.Cancelled ?? default);
        var run = await client.CreateTaskRunAsync(
            NewTaskRun.Of(session, flow, task, call.Arguments, call.Scope, new StateCreate { Type = StateType.Pending, Name = "Pending" }), CancellationToken.None);
        call.Scope?.Created?.Invoke(run.Id, run.Name);
        flow?.Logger.Info($"Created task run '{run.Name}' for task '{task.Name}'");
        var logger = RunLogger.ForTaskRun(session, flow?.Id, run.Id, run.Name, task.LogPrints ?? flow?.LogsPrints ?? false);
        try
        {
            var value = await new TaskExecution(session, client, task, run, logger, stop) { Entered = call.Scope?.Entered }.RunAsync(call.Body);
            flow?.Origins.Record(value, run.Id);
            return value;
        }
        finally
        {
            if (flow is null)
                await session.Logs.FlushAsync(session.FlushLimit, CancellationToken.None);
        }
    }

    /// <summary>Runs a task run that exists and was claimed by this process.</summary>
    public static Task<T> RunGivenAsync<T>(EngineSession session, TaskDescriptor task, TaskRun run, RunLogger logger, RunStop stop, Func<CancellationToken, Task<T>> body) =>
        new TaskExecution(session, session.Client, task, run, logger, stop).RunAsync(body);

    private sealed class TaskExecution(EngineSession session, OrchestrationClient client, TaskDescriptor task, TaskRun run, RunLogger logger, RunStop stop)
        : RunExecution(session, task, run.Id, logger, stop)
    {
        private readonly RunLogger _logger = logger;

        protected override string Noun => "Task run";

        protected override Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct) =>
            client.SetTaskRunStateAsync(run.Id, state with { StateDetails = state.StateDetails! with { TaskRunId = run.Id, FlowRunId = run.FlowRunId } }, force: false, ct);

        protected override void Enter(int attempt) => TaskRunContext.Current = new TaskRunContext(run.Id, run.Name, _logger) { Attempt = attempt };

        protected override string FailureMessage(Exception exception) => $"Task run encountered an exception {Brief(exception)}";
    }
}
