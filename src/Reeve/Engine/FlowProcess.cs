using System.Reflection;
using Reeve.Client;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>One flow run as a worker starts it: the program's own <c>Main</c> is not run, the flow is.</summary>
internal sealed class FlowProcess(EngineSession session, IReadOnlyList<FlowDescriptor> flows)
{
    /// <summary>Where a host keeps what instances are made of; null without a host.</summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>Runs the flow of a program whose entry assembly declares it.</summary>
    /// <returns>The exit code: 0 completed, 1 otherwise.</returns>
    public static async Task<int> RunAsync(Assembly program, Guid flowRunId, string entrypoint, Guid? lease, IServiceProvider? services = null)
    {
        try
        {
            return await new FlowProcess(EngineSession.Current, FlowCatalog.Of(program)) { Services = services }.RunAsync(flowRunId, entrypoint, lease);
        }
        catch (Exception e) when (UncaughtFault.IsEngines(e))
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    public async Task<int> RunAsync(Guid flowRunId, string entrypoint, Guid? lease)
    {
        using var stop = new RunStop(null, CancellationToken.None);
        using var signals = new StopSignals(stop);
        try
        {
            session.States.SendLeft();
            var run = await session.Client.FindFlowRunAsync(flowRunId, stop.Token);
            if (run is null)
            {
                await Console.Error.WriteLineAsync($"There is no flow run {flowRunId} at {session.Client.Connection.ApiUrl}.");
                return 1;
            }

            return await RunAsync(run, entrypoint, lease ?? await session.Leases.AcquireAsync(run.Id, stop.Token), stop) ? 0 : 1;
        }
        finally
        {
            await session.FlushAsync();
        }
    }

    private async Task<bool> RunAsync(FlowRun run, string entrypoint, Guid? lease, RunStop stop)
    {
        var client = session.ClientFor(lease);
        if (FlowCatalog.Find(flows, entrypoint, out var fault) is not { } flow)
            return await FailAsync(client, run, fault!);
        return await RunAsync(run, flow, lease, stop);
    }

    /// <summary>Runs a flow run of a flow that is known already.</summary>
    /// <returns>True when it completed.</returns>
    public async Task<bool> RunAsync(FlowRun run, FlowDescriptor flow, Guid? lease, RunStop stop)
    {
        var client = session.ClientFor(lease);
        if (FlowInstances.Invocation(flow, Services, out var unmade) is not { } invoke)
            return await FailAsync(client, run, unmade!);

        var faults = new List<string>();
        var arguments = ParameterBinder.Bind(flow, run.Parameters, faults);
        if (faults.Count > 0)
            return await FailAsync(client, run, $"Validation of flow parameters failed: {string.Join("; ", faults)}");
        flow = session.Defaults.For(flow);
        var name = RunNames.Of(flow, arguments);
        await DescribeAsync(client, run, flow, name, stop.Token);
        run = name is null ? run : run with { Name = name };
        try
        {
            await FlowEngine.ExecuteAsync(session, flow, run, lease, stop, flow.LogPrints ?? false, token => invoke(arguments, token).AsTask());
            return true;
        }
        catch (FlowSuspendedException)
        {
            return true; // nothing failed: the run goes on in another process
        }
        catch (Exception)
        {
            return false; // reported as the run's state and logged; the exit code is all that is left to say
        }
    }

    /// <summary>Retries are written in the code, so the run of a deployment learns of them when its code is loaded.</summary>
    private static async Task DescribeAsync(OrchestrationClient client, FlowRun run, FlowDescriptor flow, string? name, CancellationToken ct)
    {
        var retries = flow.Retries > 0 && run.EmpiricalPolicy.Retries is null or 0;
        if (!retries && (name is null || name == run.Name) && (flow.Version is null || flow.Version == run.FlowVersion))
            return;
        await client.UpdateFlowRunAsync(
            run.Id,
            new FlowRunUpdate
            {
                Name = name is null ? default : new Optional<string>(name),
                FlowVersion = flow.Version is { } version ? new Optional<string>(version) : default,
                EmpiricalPolicy = retries ? new Optional<FlowRunPolicy>(FlowEngine.PolicyOf(flow)) : default,
            },
            ct);
    }

    private async Task<bool> FailAsync(OrchestrationClient client, FlowRun run, string message)
    {
        var logger = RunLogger.ForFlowRun(session, run.Id, run.Name, logsPrints: false);
        logger.Error(message);
        var proposals = new StateProposals((state, ct) => client.SetFlowRunStateAsync(run.Id, state, force: false, ct), session.Time, logger);
        var (held, _) = await proposals.ProposeAsync(new StateCreate { Type = StateType.Failed, Message = message }, CancellationToken.None);
        logger.Error($"Finished in state {held.Name}('{held.Message}')");
        return false;
    }
}
