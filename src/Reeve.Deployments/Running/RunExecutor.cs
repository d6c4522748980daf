using System.Diagnostics;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Deployments.Running;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>
/// Executes one flow run of a deployment on this machine: pulls its code, builds what has to be built, runs the flow's process, and turns
/// whatever goes wrong on the way into one state with one message. This is what a worker starts for each run.
/// </summary>
public sealed partial class RunExecutor(OrchestrationClient client, ReeveSettings settings, TextWriter terminal, TimeProvider time)
{
    /// <summary>Names, with commas between, of the variables in the environment of a run whose values are secrets.</summary>
    public const string SecretVariables = Logging.SecretVariables.Variable;

    // What the caller asked for, apart from what the lease may ask for.
    private CancellationToken _asked;

    /// <summary>The directory pull steps start in.</summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>The token of the lease the worker holds on the run; null when the run is executed by hand.</summary>
    public Guid? WorkerLease { get; init; } = Guid.TryParse(Environment.GetEnvironmentVariable("REEVE_FLOW_RUN_LEASE"), out var token) ? token : null;

    /// <summary>Packages that flows are built against; see <see cref="FlowBuilder.PackagesFolder"/>.</summary>
    public string PackagesFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "packages");

    /// <summary>Makes this process the leader of a group, so that it can be ended with everything it starts. To be called before anything is started.</summary>
    public static void LeadGroup() => ProcessGroup.TryLead();

    /// <summary>Executes the run. Cancelling the token ends the flow's process with SIGTERM and waits for it.</summary>
    /// <returns>The exit code: 0 when the run ended well or is somebody else's, 1 otherwise; 128 + n when the flow's process died of signal n.</returns>
    /// <exception cref="ApiException">The API cannot be reached, or refuses the very first question.</exception>
    public async Task<int> ExecuteAsync(Guid flowRunId, CancellationToken ct)
    {
        if (await client.FindFlowRunAsync(flowRunId, ct) is not { } run)
        {
            await terminal.WriteLineAsync($"There is no flow run '{flowRunId}' at {client.Connection.ApiUrl}");
            return 1;
        }
        if (run.StateType is { } type && (type.IsTerminal() || type is StateType.Cancelling))
        {
            await terminal.WriteLineAsync($"Flow run '{run.Name}' is {run.StateName} already; there is nothing to do");
            return 0;
        }

        await using var log = new RunLog(client, flowRunId, terminal, RunLog.LevelOf(settings.LoggingLevel), time);
        _asked = ct;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var lease = await LeaseKeeper.StartAsync(client, flowRunId, WorkerLease, log.Write, stop, time, ct);
        if (lease is { IsRefused: true })
            return 0;
        return await ExecuteAsync(run, lease, log, stop.Token);
    }

    private async Task<int> ExecuteAsync(FlowRun run, LeaseKeeper lease, RunLog log, CancellationToken ct)
    {
        var secrets = new SecretRegistry();
        foreach (var name in (Environment.GetEnvironmentVariable(SecretVariables) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            secrets.Add(Environment.GetEnvironmentVariable(name));
        try
        {
            var start = await PrepareAsync(run, lease, secrets, log, ct);
            return await RunAsync(start, run, lease, secrets, log, ct);
        }
        catch (RunPreparationException exception)
        {
            var message = secrets.Redact(exception.Message);
            log.Write(new OutputLine(LineLevel.Error, LoggerNames.FlowRuns, message));
            await ProposeAsync(run.Id, StateType.Failed, message, log);
            return 1;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Before the flow's process was there. Who asked for it writes the state: a worker that cancels, or that gives the run back.
            log.Write(new OutputLine(LineLevel.Information, LoggerNames.FlowRuns, "Stopped before the flow's process was started"));
            if (lease.IsOwn)
                await EndCancellingAsync(run.Id, log);
            return 128 + ProcessGroup.SigTerm;
        }
    }

    private async Task<ProcessStartInfo> PrepareAsync(FlowRun run, LeaseKeeper lease, SecretRegistry secrets, RunLog log, CancellationToken ct)
    {
        var deployment = run.DeploymentId is { } id ? await client.FindDeploymentAsync(id, ct) : null;
        if (deployment is null)
            throw new RunPreparationException(run.DeploymentId is null
                ? "Flow could not be retrieved from deployment: the run belongs to no deployment, so there is nothing that says where its code is"
                : "Flow could not be retrieved from deployment: the deployment was deleted");
        var what = $"Flow could not be retrieved from deployment '{deployment.Name}'";
        if (string.IsNullOrWhiteSpace(deployment.Entrypoint))
            throw new RunPreparationException($"{what}: the deployment has no entrypoint");
        var (entrypoint, mistake) = Entrypoint.Parse(deployment.Entrypoint);
        if (entrypoint is null)
            throw new RunPreparationException($"{what}: {mistake}");
        if (entrypoint.Kind is EntrypointKind.Python)
        {
            // The engine of the Python client runs the pull steps itself; doing it here too would do it twice.
            var (python, missing) = await PythonClient.FindAsync(WorkingDirectory, ct);
            return FlowProcess.OfPython(python ?? throw new RunPreparationException($"{what}: {missing}"), run.Id, client.Connection.ApiUrl, WorkingDirectory);
        }

        var directory = await PullAsync(deployment, what, secrets, log, ct);
        var builder = new FlowBuilder(settings.Home, log.Write, time) { PackagesFolder = PackagesFolder };
        var (flow, faults) = await new EntrypointResolver(builder).ResolveAsync(deployment.Entrypoint, directory, ct);
        if (flow is null)
            throw new RunPreparationException(faults.Count == 1 ? $"{what}: {faults[0]}" : $"{what}: '{entrypoint.Path}' does not compile:\n{string.Join('\n', faults)}");
        return FlowProcess.OfBuilt(flow, run.Id, lease.Token, client.Connection.ApiUrl, directory);
    }

    /// <summary>Runs the pull steps and gives the directory the code is in: what the last step called "directory", else where we are.</summary>
    private async Task<string> PullAsync(Deployment deployment, string what, SecretRegistry secrets, RunLog log, CancellationToken ct)
    {
        var context = new StepContext { WorkingDirectory = WorkingDirectory, Sink = log.Write, Secrets = secrets, Scope = ApiSources.Scope(client), Home = settings.Home, PackagesFolder = PackagesFolder, Time = time };
        var steps = deployment.PullSteps is { ValueKind: System.Text.Json.JsonValueKind.Array } given ? JsonArray.Create(given)! : [];
        if (steps.Count == 0)
            return await new StoredCode(client, WorkingDirectory, context).FolderAsync(deployment, what, ct);
        try
        {
            var outputs = await new StepRunner(StepCatalog.BuiltIn, context).RunAsync(steps, [], ct);
            return outputs["directory"]?.ToString() is { Length: > 0 } directory ? context.Resolve(directory) : context.WorkingDirectory;
        }
        catch (StepException exception)
        {
            throw new RunPreparationException($"{what}: {exception.Message}", exception);
        }
    }

    private async Task ProposeAsync(Guid runId, StateType type, string message, RunLog log)
    {
        var state = new StateCreate { Type = type, Message = message, StateDetails = new StateDetails { FlowRunId = runId, TransitionId = Ids.New(time.GetUtcNow()) } };
        try
        {
            var answer = await client.SetFlowRunStateAsync(runId, state, force: false, CancellationToken.None);
            if (answer.Status is not OrchestrationStatus.Accept)
                log.Show(new OutputLine(LineLevel.Warning, LoggerNames.FlowRuns, $"The state {type} was not taken: {answer.Details.Reason}"));
        }
        catch (ApiException exception)
        {
            // The run's lease lapses and the server draws its own conclusion; this line says why it had to.
            log.Show(new OutputLine(LineLevel.Error, LoggerNames.FlowRuns, $"The state {type} could not be reported: {exception.Message}"));
        }
    }
}
