using System.Diagnostics;
using Reeve.Client;
using Reeve.Deployments.Templating;
using Reeve.Protocol.Runs;
using Reeve.Spooling;

namespace Reeve.Deployments.Running;

public sealed partial class RunExecutor
{
    // A flow that was asked to stop gets this long; a worker that is less patient ends the whole group itself.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    // A worker that stops a run tells its whole group; whoever has not ended after this was perhaps not told.
    private static readonly TimeSpan GroupPatience = TimeSpan.FromSeconds(10);

    private async Task<int> RunAsync(ProcessStartInfo start, FlowRun run, LeaseKeeper lease, SecretRegistry secrets, RunLog log, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = Task.WhenAll(ShowAsync(process.StandardOutput, secrets, log), ShowAsync(process.StandardError, secrets, log));
        await lease.HandOverAsync();

        await WaitAsync(process, ct);
        // What the flow printed last is in the pipe still; a grandchild that keeps the pipe open must not keep us.
        await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(2), time, CancellationToken.None));
        // A worker that stopped the run knows why, and writes the state with that reason.
        if (lease.IsOwn || !ct.IsCancellationRequested)
            await JudgeAsync(run.Id, process.ExitCode, lease, log);
        return process.ExitCode;
    }

    private async Task WaitAsync(Process process, CancellationToken ct)
    {
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            // A second SIGTERM would break off what the first one began: a flow that cleans up, a Python client that reports.
            if (WorkerLease is not null && _asked.IsCancellationRequested && await EndsWithinAsync(process, GroupPatience))
                return;
            if (!ProcessGroup.TrySignal(process.Id, ProcessGroup.SigTerm))
                process.Kill(entireProcessTree: true);
            if (!await EndsWithinAsync(process, StopPatience))
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Process process, TimeSpan patience)
    {
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience, time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>
    /// What the end of the process means for the run. The flow's engine reports its states itself, so there is something to say only when the
    /// process ended and the run did not.
    /// </summary>
    private async Task JudgeAsync(Guid runId, int exitCode, LeaseKeeper lease, RunLog log)
    {
        FlowRun? run;
        try
        {
            run = await FindEndedAsync(runId);
        }
        catch (Exception exception) when (exception is ApiException or IOException or UnauthorizedAccessException)
        {
            log.Show(new OutputLine(LineLevel.Error, LoggerNames.FlowRuns, $"The flow's process ended with exit code {exitCode}; the run's state is not known: {exception.Message}"));
            return;
        }
        switch (run?.StateType)
        {
            case StateType.Pending or StateType.Running:
                var end = ProcessGroup.SignalOf(exitCode) is { } signal ? $"was ended by {signal} (exit code {exitCode})" : $"ended with exit code {exitCode}";
                var message = $"The flow's process {end} while the run was {run.StateName}";
                log.Write(new OutputLine(LineLevel.Error, LoggerNames.FlowRuns, message));
                await ProposeAsync(runId, StateType.Crashed, message, log);
                break;
            case StateType.Cancelling when lease.IsOwn:
                await ProposeAsync(runId, StateType.Cancelled, "The flow's process has ended", log);
                break;
        }
    }

    /// <summary>The run, after the API has heard what its process had to keep on the disk: a run that completed while the API was away is not to be called crashed.</summary>
    private async Task<FlowRun?> FindEndedAsync(Guid runId)
    {
        while (true)
        {
            var run = await client.FindFlowRunAsync(runId, CancellationToken.None); // waits for an API that is away
            if (run?.StateType is not (StateType.Pending or StateType.Running))
                return run;
            try
            {
                await LeftBehind.SendAsync(client.Connection, LeftBehind.FolderOf(settings.Home, client.Connection.ApiUrl), CancellationToken.None);
                return await client.FindFlowRunAsync(runId, CancellationToken.None);
            }
            catch (ApiException e) when (e.Status is not { } status || RetryPolicy.IsTransient(status))
            {
                // Away again.
            }
        }
    }

    private async Task EndCancellingAsync(Guid runId, RunLog log)
    {
        if (await client.FindFlowRunAsync(runId, CancellationToken.None) is { StateType: StateType.Cancelling })
            await ProposeAsync(runId, StateType.Cancelled, "Stopped before the flow's process was started", log);
    }

    private static async Task ShowAsync(StreamReader reader, SecretRegistry secrets, RunLog log)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            log.Show(new OutputLine(LineLevel.Print, LoggerNames.FlowRuns, secrets.Redact(line)));
    }
}
