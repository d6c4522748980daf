using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Workers.Jobs;

namespace Reeve.Workers;

/// <summary>One claimed run, from the claim to the report of its end.</summary>
internal sealed class RunAttempt(
    ClaimedFlowRun claimed, Lazy<Task<WorkPool>> pool, Func<Guid?, ApiConnection> connect, IInfrastructure infrastructure,
    WorkerOptions options, WorkerLog log, ServerPatience patience, LeftStates left, TimeProvider time) : IDisposable
{
    // Past it a worker that ends no longer waits for a server that is away: the lease will lapse and tell.
    private static readonly TimeSpan LastReports = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<(StopCause Cause, string? Reason)> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly RunLog _log = new(log, claimed.FlowRun);
    private readonly Lock _gate = new();
    private bool _disposed;

    public Guid Id => claimed.FlowRun.Id;

    public LeaseReference Lease => new(Id, claimed.Lease.Token);

    /// <summary>Ends with the attempt; never faults.</summary>
    public Task Finished { get; set; } = Task.CompletedTask;

    /// <summary>Asks that the run be stopped. The first cause counts; that the worker ends shortens what is under way.</summary>
    public void Stop(StopCause cause, string? reason = null)
    {
        _stop.TrySetResult((cause, reason));
        if (cause != StopCause.WorkerEnds)
            return;
        lock (_gate)
        {
            if (_disposed)
                return;
            _hurry.CancelAfter(options.StopGrace);
            _giveUp.CancelAfter(options.StopGrace + LastReports);
        }
    }

    public async Task RunAsync()
    {
        using var connection = connect(claimed.Lease.Token);
        var client = new OrchestrationClient(connection);
        var report = new RunReport(client, Id, _log, patience, time);
        _log.Info($"{options.Called} '{options.Name}' submitting flow run '{Id}'");
        RunningJob job;
        try
        {
            job = await StartAsync(client);
        }
        catch (Exception e) when (e is JobException or InfrastructureException or ApiException or IOException or UnauthorizedAccessException)
        {
            _log.Error($"Flow run '{Id}' could not be submitted to infrastructure: {e.Message}");
            await report.CrashedAsync($"Flow run could not be submitted to infrastructure: {e.Message}", _giveUp.Token);
            return;
        }

        await using (job)
        {
            var noted = NoteAsync(client, job);
            _log.Info($"Completed submission of flow run '{Id}'");
            await WatchAsync(client, report, job);
            await noted;
        }
    }

    private async Task<RunningJob> StartAsync(OrchestrationClient client)
    {
        var template = await pool.Value;
        var job = await patience.AskAsync(ct => new JobFactory(client, options).MakeAsync(template, claimed, ct), _giveUp.Token);
        return await infrastructure.StartAsync(job, _log, _giveUp.Token);
    }

    // Where the run is and who runs it, for people and for whoever has to finish a cancellation.
    private async Task NoteAsync(OrchestrationClient client, RunningJob job)
    {
        try
        {
            await patience.AskAsync(async ct =>
            {
                await client.UpdateFlowRunAsync(Id, new FlowRunUpdate { InfrastructurePid = job.Identifier }, ct);
                await client.AddFlowRunLabelsAsync(Id, await LabelsAsync(), ct);
                return true;
            }, _giveUp.Token);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            _log.Warning($"The process of flow run '{Id}' could not be noted on the server: {e.Message}");
        }
    }

    private async Task<JsonElement> LabelsAsync()
    {
        var workPool = await pool.Value;
        var labels = new Dictionary<string, string>
        {
            ["prefect.worker.name"] = options.Name,
            ["prefect.worker.type"] = infrastructure.Type,
            ["prefect.work-pool.name"] = workPool.Name,
            ["prefect.work-pool.id"] = workPool.Id.ToString(),
        };
        return JsonSerializer.SerializeToElement(labels, WireJson.TypeInfo<Dictionary<string, string>>());
    }

    private async Task WatchAsync(OrchestrationClient client, RunReport report, RunningJob job)
    {
        if (await Task.WhenAny(job.Exit, _stop.Task) == job.Exit)
        {
            var exit = await job.Exit;
            LogExit(job, exit);
            await left.TellAsync(_giveUp.Token);
            await report.EndedAsync(exit, _giveUp.Token);
            return;
        }

        var (cause, reason) = await _stop.Task;
        switch (cause)
        {
            case StopCause.Cancelled:
                _log.Info($"Flow run '{Id}' is to be cancelled; stopping {job.DisplayName}.");
                var stopped = await job.StopAsync(options.CancelGrace, _hurry.Token);
                LogExit(job, stopped);
                await left.TellAsync(_giveUp.Token);
                await report.CancelledAsync(stopped, _giveUp.Token);
                break;
            case StopCause.LeaseLost:
                await LeaveAsync(client, job, reason);
                break;
            default:
                _log.Info($"{options.Called} '{options.Name}' ends; stopping {job.DisplayName}.");
                var ended = await job.StopAsync(options.StopGrace, _hurry.Token);
                LogExit(job, ended);
                await left.TellAsync(_giveUp.Token);
                await report.WorkerEndedAsync(options.Name, ended, claimed.FlowRun.State?.StateDetails.ScheduledTime, _giveUp.Token);
                break;
        }
    }

    // The run is no longer this worker's: it ended, or another attempt has it. Its process may finish what it does only in the first case.
    private async Task LeaveAsync(OrchestrationClient client, RunningJob job, string? reason)
    {
        var run = await patience.AskAsync(ct => client.FindFlowRunAsync(Id, ct), _giveUp.Token);
        if (run?.StateType?.IsTerminal() == true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_hurry.Token);
            await Task.WhenAny(job.Exit, Task.Delay(options.CancelGrace, time, limit.Token));
            await limit.CancelAsync();
        }
        else
        {
            _log.Warning($"The lease on flow run '{Id}' is lost ({reason}); stopping {job.DisplayName} without a report.");
        }

        var exit = job.Exit.IsCompleted ? await job.Exit : await job.StopAsync(options.StopGrace, _hurry.Token);
        LogExit(job, exit);
        // It may have ended well while the server took its silence for a crash.
        await left.TellAsync(_giveUp.Token);
    }

    private void LogExit(RunningJob job, JobExit exit)
    {
        if (exit.Status == 0)
            _log.Info($"{job.DisplayName} exited cleanly.");
        else
            _log.Error($"{job.DisplayName} exited with status code: {exit.Status}{(exit.Evidence is null ? "" : $"; {exit.Evidence}")}");
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _hurry.Dispose();
            _giveUp.Dispose();
        }
    }
}

/// <summary>Why a worker stops a run.</summary>
internal enum StopCause
{
    /// <summary>Somebody asked to cancel it.</summary>
    Cancelled,

    /// <summary>It is not this worker's any more.</summary>
    LeaseLost,

    /// <summary>The worker was told to stop.</summary>
    WorkerEnds,
}
