using System.Globalization;
using System.Text.Json;
using Reeve.Client;
using Reeve.Diagnostics;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Runs the calls of flows: by hand, as a subflow, or for a worker.</summary>
internal static class FlowEngine
{
    /// <summary>A call in user code.</summary>
    public static Task<T> CallAsync<T>(FlowDescriptor flow, object?[] arguments, Func<CancellationToken, Task<T>> body, CancellationToken ct)
    {
        var scope = CallScope.Take();
        if (scope is not null)
            flow = flow.With(scope.Options);
        if (flow.HasBounds)
            ParameterBinder.CheckBounds(flow, ParameterBinder.Write(flow, arguments));
        scope?.Route?.Check(flow);
        return FlowRunContext.Current is { } parent
            ? CallSubflowAsync(parent, flow, arguments, body, scope, ct)
            : CallByHandAsync(flow, arguments, body, scope, ct);
    }

    /// <summary>Runs a flow run that exists, under its lease.</summary>
    public static async Task<T> ExecuteAsync<T>(
        EngineSession session, FlowDescriptor flow, FlowRun run, Guid? lease, RunStop stop, bool logsPrints, Func<CancellationToken, Task<T>> body, CallScope? scope = null)
    {
        var logger = RunLogger.ForFlowRun(session, run.Id, run.Name, logsPrints);
        var context = new FlowRunContext(session, session.ClientFor(lease), flow, run.Id, run.Name, logger, stop)
        {
            Run = run,
            Parent = FlowRunContext.Current,
            TaskRunner = scope?.Options.TaskRunner ?? session.Defaults.TaskRunnerOf(flow),
        };
        if (lease is { } token)
            session.Leases.Keep(run.Id, token, stop);
        try
        {
            logger.Info($"Beginning flow run '{run.Name}' for flow '{flow.Name}'");
            return await RunTelemetry.FlowAsync(flow, run, stop, session.Time, () => new FlowExecution(context) { Entered = scope?.Entered }.RunAsync(
                token => RunBodyAsync(context, inner => context.Submitted.FinishAsync(body, inner), token)));
        }
        catch (FlowSuspendedException e)
        {
            logger.Info(e.Message);
            throw;
        }
        catch (Exception e) when (e is RunAbortedException or LeaseLostException)
        {
            logger.Error(e.Message);
            throw;
        }
        finally
        {
            session.Leases.LetGo(run.Id);
            await session.KeepEventsAsync();
        }
    }

    // A suspended run reports nothing, even when its code has swallowed the exception that ends it. What its transactions have left open is rolled back.
    private static async Task<T> RunBodyAsync<T>(FlowRunContext run, Func<CancellationToken, Task<T>> body, CancellationToken ct)
    {
        try
        {
            var value = await body(ct);
            return run.IsSuspended ? throw new FlowSuspendedException(run.Name) : value;
        }
        catch (Exception e) when (run.IsSuspended && e is not FlowSuspendedException)
        {
            throw new FlowSuspendedException(run.Name);
        }
        finally
        {
            await run.Transactions.RollBackAllAsync();
        }
    }

    private static async Task<T> CallByHandAsync<T>(
        FlowDescriptor flow, object?[] arguments, Func<CancellationToken, Task<T>> body, CallScope? scope, CancellationToken ct)
    {
        try
        {
            return await CallRootAsync(flow, arguments, body, scope, ct);
        }
        catch (Exception e) when (UncaughtFault.IsEngines(e))
        {
            UncaughtFault.Expect(e);
            throw;
        }
    }

    private static async Task<T> CallRootAsync<T>(
        FlowDescriptor flow, object?[] arguments, Func<CancellationToken, Task<T>> body, CallScope? scope, CancellationToken ct)
    {
        var session = EngineSession.Current;
        using var stop = new RunStop(null, ct, scope?.Cancelled ?? default);
        using var signals = new StopSignals(stop);
        try
        {
            session.States.SendLeft();
            flow = session.Defaults.For(flow);
            var run = await CreateAsync(session, session.Client, flow, arguments, ParameterBinder.Write(flow, arguments), parentTaskRunId: null, ct);
            scope?.Created?.Invoke(run.Id, run.Name);
            var lease = await session.Leases.AcquireAsync(run.Id, ct);
            return await ExecuteAsync(session, flow, run, lease, stop, flow.LogPrints ?? false, body, scope);
        }
        finally
        {
            // Here and not when the process exits: an exception that nobody catches ends the process without that event.
            await session.FlushAsync();
            if (signals.ExitCode is { } code)
                Environment.Exit(code);
        }
    }

    private static async Task<T> CallSubflowAsync<T>(
        FlowRunContext parent, FlowDescriptor flow, object?[] arguments, Func<CancellationToken, Task<T>> body, CallScope? scope, CancellationToken ct)
    {
        var session = parent.Session;
        flow = session.Defaults.For(flow.Inside(parent.Flow));
        using var stop = new RunStop(parent.Stop, ct, scope?.Cancelled ?? default);
        var parameters = ParameterBinder.Write(flow, arguments);
        var stand = await CreateStandInAsync(parent, flow, arguments, parameters, scope);
        var run = await CreateAsync(session, parent.Client, flow, arguments, parameters, stand, CancellationToken.None);
        scope?.Created?.Invoke(run.Id, run.Name);
        var logger = TaskRunContext.Current?.Logger ?? parent.Logger;
        if (run.State is { Type: var type } over && type.IsTerminal())
        {
            if (type == StateType.Completed && await session.RunResults.ReadAsync<T>(flow, over.Data, stop.Token) is (true, var result))
            {
                logger.Info($"Subflow run '{run.Name}' of flow '{flow.Name}' is Completed already: its stored result is handed back");
                return result!;
            }

            // By force: it was this run's work all along, whatever it ended as.
            await parent.Client.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Pending, Name = "Pending" }, force: true, CancellationToken.None);
        }

        logger.Info(run.RunCount > 0 ? $"Took up subflow run '{run.Name}' of flow '{flow.Name}' again" : $"Created subflow run '{run.Name}' for flow '{flow.Name}'");
        var lease = await session.Leases.AcquireAsync(run.Id, parent.Client, CancellationToken.None);
        return await ExecuteAsync(session, flow, run, lease, stop, flow.LogPrints ?? parent.LogsPrints, body, scope);
    }

    /// <summary>The task run that stands for a subflow in its parent; the server keeps its state the subflow's. The same call finds the same one again.</summary>
    private static async Task<Guid> CreateStandInAsync(FlowRunContext parent, FlowDescriptor flow, object?[] arguments, JsonElement parameters, CallScope? scope)
    {
        var number = parent.NextCall("flow/" + flow.Name).ToString(CultureInfo.InvariantCulture);
        var identity = CallIdentity.Of(TaskRunContext.Current?.Call ?? default, "flow/" + flow.Name, [parameters], _ => { });
        var run = await parent.Client.CreateTaskRunAsync(
            new TaskRunCreate
            {
                Id = Ids.New(parent.Session.Time.GetUtcNow()),
                State = new StateCreate { Type = StateType.Pending, Name = "Pending" },
                Name = $"{flow.Name}-{number}",
                FlowRunId = parent.Id,
                TaskKey = flow.Name,
                DynamicKey = "flow-" + identity.ToKey(parent.NextOrdinal(identity)),
                TaskVersion = flow.Version,
                TaskInputs = TaskInputs.Of([.. flow.Parameters.Select(parameter => parameter.Name)], arguments, scope, parent.Origins),
            },
            CancellationToken.None);
        return run.Id;
    }

    private static async Task<FlowRun> CreateAsync(
        EngineSession session, OrchestrationClient client, FlowDescriptor flow, object?[] arguments, JsonElement parameters, Guid? parentTaskRunId, CancellationToken ct) =>
        await client.CreateFlowRunAsync(
            new FlowRunCreate
            {
                FlowId = await session.FlowIdAsync(flow, ct),
                State = new StateCreate { Type = StateType.Pending, Name = "Pending" },
                Name = RunNames.Of(flow, arguments),
                FlowVersion = flow.Version,
                Parameters = parameters,
                Tags = flow.Tags.Count == 0 ? null : flow.Tags,
                ParentTaskRunId = parentTaskRunId,
                EmpiricalPolicy = PolicyOf(flow),
                // Makes the request safe to repeat, and finds the subflow run of a parent that is run again.
                IdempotencyKey = (parentTaskRunId ?? Ids.New(session.Time.GetUtcNow())).ToString(),
            },
            ct);

    public static FlowRunPolicy PolicyOf(FlowDescriptor flow) => new()
    {
        MaxRetries = flow.Retries,
        RetryDelaySeconds = flow.RetryDelaySeconds,
        Retries = flow.Retries,
        RetryDelay = (int)Math.Ceiling(flow.RetryDelaySeconds), // whole seconds on the wire
    };
}
