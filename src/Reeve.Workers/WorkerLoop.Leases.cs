using Reeve.Client;
using Reeve.Protocol.Leases;
using Reeve.Protocol.WorkPools;

namespace Reeve.Workers;

public sealed partial class WorkerLoop
{
    private Task HeartbeatAsync(OrchestrationClient client, CancellationToken ct) =>
        client.SendWorkerHeartbeatAsync(_options.PoolName, new WorkerHeartbeat(_options.Name, _options.HeartbeatInterval.TotalSeconds), ct);

    private async Task KeepHeartbeatAsync(OrchestrationClient client, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _time);
        while (await timer.WaitForNextTickAsync(ct))
            await TryAsync(() => HeartbeatAsync(client, ct));
    }

    private async Task KeepLeasesAsync(CancellationToken ct)
    {
        // Of its own, so that a claim which waits on a dead connection does not hold it up.
        using var connection = _connect(null);
        var client = new OrchestrationClient(connection);
        using var timer = new PeriodicTimer(_options.RenewInterval, _time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var leases = _active.Values.Select(a => a.Lease).ToList();
            if (leases.Count > 0)
                await TryAsync(async () => Obey(await client.RenewLeasesAsync(new LeaseRenewal(leases, "worker", _options.LeaseSeconds), ct)));
        }
    }

    private void Obey(LeaseRenewalResult answer)
    {
        foreach (var id in answer.Cancelling)
        {
            if (_active.TryGetValue(id, out var attempt))
                attempt.Stop(StopCause.Cancelled);
        }

        foreach (var lost in answer.Lost)
        {
            if (_active.TryGetValue(lost.FlowRunId, out var attempt))
                attempt.Stop(StopCause.LeaseLost, lost.Reason);
        }
    }

    private async Task SendLogsAsync(CancellationToken ct)
    {
        using var connection = _connect(null);
        await _log.SendAsync(new OrchestrationClient(connection), _patience, ct);
    }

    // Periodic work needs no repetition: the next tick is one.
    private async Task TryAsync(Func<Task> request)
    {
        try
        {
            await request();
            _patience.Note(null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _patience.Note(e.Message);
        }
    }
}
