using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using Reeve.Client;
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
        var task = call.Task;
        var flow = FlowRunContext.Current;
        var session = flow?.Session ?? EngineSession.Current;
        var client = flow?.Client ?? session.Client;
        using var stop = new RunStop(flow?.Stop, call.Token);
        var run = await CreateAsync(client, session, flow, call);
        call.Scope?.Created?.Invoke(run.Id, run.Name);
        flow?.Logger.Info($"Created task run '{run.Name}' for task '{task.Name}'");
        var logger = RunLogger.ForTaskRun(session, flow?.Id, run.Id, run.Name, task.LogPrints ?? flow?.LogsPrints ?? false);
        try
        {
            return await new TaskExecution(session, client, task, run, logger, stop).RunAsync(call.Body);
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

    private static Task<TaskRun> CreateAsync<T>(OrchestrationClient client, EngineSession session, FlowRunContext? flow, TaskCall<T> of)
    {
        var task = of.Task;
        var id = Ids.New(session.Time.GetUtcNow());
        var call = flow is null ? id.ToString("N")[^8..] : flow.NextCall(task.Key).ToString(CultureInfo.InvariantCulture);
        return client.CreateTaskRunAsync(
            new TaskRunCreate
            {
                Id = id,
                State = new StateCreate { Type = StateType.Pending, Name = "Pending" },
                Name = $"{task.Name}-{call}",
                FlowRunId = flow?.Id,
                TaskKey = task.Key,
                DynamicKey = call,
                TaskVersion = task.Version,
                EmpiricalPolicy = new TaskRunPolicy
                {
                    MaxRetries = task.Retries,
                    RetryDelaySeconds = task.RetryDelaySeconds,
                    Retries = task.Retries,
                    RetryDelay = WireJson.Parse(task.RetryDelaySeconds.ToString("R", CultureInfo.InvariantCulture)),
                },
                Tags = task.Tags,
                TaskInputs = Inputs(task, of.Scope),
            },
            CancellationToken.None);
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

    private sealed class TaskExecution(EngineSession session, OrchestrationClient client, TaskDescriptor task, TaskRun run, RunLogger logger, RunStop stop)
        : RunExecution(session, task, run.Id, logger, stop)
    {
        private readonly RunLogger _logger = logger;

        protected override string Noun => "Task run";

        protected override Task<OrchestrationResult> SetStateAsync(StateCreate state, CancellationToken ct) =>
            client.SetTaskRunStateAsync(run.Id, state with { StateDetails = state.StateDetails! with { TaskRunId = run.Id, FlowRunId = run.FlowRunId } }, force: false, ct);

        protected override void Enter(int attempt, CancellationToken ct) => TaskRunContext.Current = new TaskRunContext(run.Id, run.Name, _logger)
        {
            Attempt = attempt,
            TaskName = task.Name,
            TaskVersion = task.Version,
            Tags = task.Tags,
            FlowRunId = run.FlowRunId,
            CancellationToken = ct,
        };

        protected override string FailureMessage(Exception exception) => $"Task run encountered an exception {Brief(exception)}";
    }
}
