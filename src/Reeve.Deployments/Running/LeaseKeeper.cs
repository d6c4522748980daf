using System.Net;
using Reeve.Client;
using Reeve.Protocol.Leases;

namespace Reeve.Deployments.Running;

/// <summary>
/// Keeps the run's lease alive while its code is pulled and built; the flow's own engine takes over when it runs. A lease that is lost, or a
/// run that is to be cancelled, stops the work. A server that knows no leases is a server to work with all the same.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private const int LeaseSeconds = 60;

    private readonly OrchestrationClient _client;
    private readonly Guid _flowRunId;
    private readonly LineSink _sink;
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _done = new();
    private Task _renewing = Task.CompletedTask;

    private LeaseKeeper(OrchestrationClient client, Guid flowRunId, LineSink sink, CancellationTokenSource stop, TimeProvider time) =>
        (_client, _flowRunId, _sink, _stop, _time) = (client, flowRunId, sink, stop, time);

    public Guid? Token { get; private set; }

    /// <summary>Whether this process took the lease itself: there is no worker that would write the last state of a cancelled run.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>Whether somebody else works on the run.</summary>
    public bool IsRefused { get; private set; }

    /// <param name="stop">Is cancelled when the lease is lost or the run is to be cancelled.</param>
    public static async Task<LeaseKeeper> StartAsync(OrchestrationClient client, Guid flowRunId, Guid? workerLease, LineSink sink, CancellationTokenSource stop,
        TimeProvider time, CancellationToken ct)
    {
        var keeper = new LeaseKeeper(client, flowRunId, sink, stop, time) { Token = workerLease };
        if (workerLease is null)
            await keeper.AcquireAsync(ct);
        if (keeper.Token is null)
            return keeper;
        client.Connection.Lease = keeper.Token;
        keeper._renewing = keeper.RenewAsync(keeper._done.Token);
        return keeper;
    }

    /// <summary>Ends the renewals: the flow's process makes its own from here on.</summary>
    public async Task HandOverAsync()
    {
        await _done.CancelAsync();
        await _renewing;
    }

    public async ValueTask DisposeAsync()
    {
        await HandOverAsync();
        _done.Dispose();
    }

    private async Task AcquireAsync(CancellationToken ct)
    {
        IsOwn = true;
        try
        {
            var owner = $"reeve flow-run execute on {Environment.MachineName} (process {Environment.ProcessId})";
            Token = (await _client.AcquireLeaseAsync(_flowRunId, new LeaseAcquire(owner, LeaseSeconds), ct)).Token;
        }
        catch (ApiException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            _sink(new OutputLine(LineLevel.Debug, LoggerNames.FlowRuns, "The server knows no leases; the run is fenced by its states alone"));
        }
        catch (ApiException exception) when (exception.Status is HttpStatusCode.Conflict or HttpStatusCode.Gone)
        {
            IsRefused = true;
            _sink(new OutputLine(LineLevel.Warning, LoggerNames.FlowRuns, $"The run is not executed here: {exception.Message}"));
        }
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(LeaseSeconds / 4), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                var answer = await _client.RenewLeasesAsync(new LeaseRenewal([new LeaseReference(_flowRunId, Token!.Value)], "executor", LeaseSeconds), ct);
                var reason = answer.Lost.FirstOrDefault(lost => lost.FlowRunId == _flowRunId)?.Reason
                    ?? (answer.Cancelling.Contains(_flowRunId) ? "the run is to be cancelled" : null);
                if (reason is null)
                    continue;
                _sink(new OutputLine(LineLevel.Warning, LoggerNames.FlowRuns, $"Stopping: {reason}"));
                await _stop.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // handed over
        }
        catch (ApiException exception)
        {
            // The client has repeated for long already. The work goes on: if the lease is gone, the server refuses what it writes.
            _sink(new OutputLine(LineLevel.Warning, LoggerNames.FlowRuns, $"The run's lease could not be renewed: {exception.Message}"));
        }
    }
}
