using System.Globalization;
using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs the calls of tasks.</summary>
internal static class TaskEngine
{
    public static async Task<T> RunAsync<T>(TaskDescriptor task, Func<CancellationToken, Task<T>> body, CancellationToken ct)
    {
        var flow = FlowRunContext.Current;
        var session = flow?.Session ?? EngineSession.Current;
        var client = flow?.Client ?? session.Client;
        using var stop = new RunStop(flow?.Stop, ct);
        var run = await CreateAsync(client, session, flow, task);
        flow?.Logger.Info($"Created task run '{run.Name}' for task '{task.Name}'");
        var logger = RunLogger.ForTaskRun(session, flow?.Id, run.Id, run.Name, task.LogPrints ?? flow?.LogsPrints ?? false);
        try
        {
            return await new TaskExecution(session, client, task, run, logger, stop).RunAsync(body);
        }
        finally
        {
            if (flow is null)
                await session.Logs.FlushAsync(session.FlushLimit, CancellationToken.None);
        }
    }

    private static Task<TaskRun> CreateAsync(OrchestrationClient client, EngineSession session, FlowRunContext? flow, TaskDescriptor task)
    {
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
                TaskInputs = Inputs(task),
            },
            CancellationToken.None);
    }

    private static JsonElement Inputs(TaskDescriptor task) =>
        task.ParameterNames.Count == 0 ? WireJson.EmptyObject : WireJson.Parse($"{{{string.Join(",", task.ParameterNames.Select(name => $"\"{name}\":[]"))}}}");

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
