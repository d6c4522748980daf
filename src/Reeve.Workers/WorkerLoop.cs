using System.Collections.Concurrent;
using System.Net;
using Reeve.Client;
using Reeve.Protocol.Leases;
using Reeve.Protocol.WorkPools;

namespace Reeve.Workers;

/// <summary>Takes runs of a work pool and sees each to its end: claims them with a lease, has them run by the infrastructure, keeps the leases, obeys cancellations,
/// reports what the runs cannot report themselves. A claim is the only way to a run, so nothing is run twice.</summary>
public sealed partial class WorkerLoop : IDisposable
{
    // One request's share of the runs: enough to fill a worker quickly, little enough to leave some to the others.
    private const int LargestClaim = 10;

    private static readonly TimeSpan PauseForQueues = TimeSpan.FromSeconds(5);

    private readonly Func<Guid?, ApiConnection> _connect;
    private readonly IInfrastructure _infrastructure;
    private readonly WorkerOptions _options;
    private readonly WorkerLog _log;
    private readonly TimeProvider _time;
    private readonly ServerPatience _patience;
    private readonly LeftStates _left;
    private readonly ConcurrentDictionary<Guid, RunAttempt> _active = [];
    private readonly SemaphoreSlim _ended = new(0);

    /// <param name="connect">Makes a connection that repeats nothing by itself, for the writes of a lease or, given null, for the worker's own.</param>
    /// <param name="infrastructure">Where runs run.</param>
    /// <param name="options">What to do.</param>
    /// <param name="log">What is said.</param>
    /// <param name="time">The clock.</param>
    public WorkerLoop(Func<Guid?, ApiConnection> connect, IInfrastructure infrastructure, WorkerOptions options, WorkerLog log, TimeProvider time)
    {
        (_connect, _infrastructure, _options, _log, _time) = (connect, infrastructure, options, log, time);
        _patience = new ServerPatience(log, time);
        _left = new LeftStates(connect, options.Home, _patience, log);
    }

    /// <summary>Works until it is told to stop (or, running once, until nothing is due), then ends what runs and reports it.</summary>
    /// <exception cref="ApiException">The server refuses the worker, for want of the pool or of credentials.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var connection = _connect(null);
        var client = new OrchestrationClient(connection);
        using var background = new CancellationTokenSource();
        Task[] loops = [];
        try
        {
            await _patience.AskAsync(async ct => { await HeartbeatAsync(client, ct); return true; }, stop);
            _log.Plain($"{_options.Called} '{_options.Name}' started!{(_options.StartNote is { } note ? " " + note : "")}");
            await _left.TellAsync(stop);
            loops = [KeepHeartbeatAsync(client, background.Token), KeepLeasesAsync(background.Token), SendLogsAsync(background.Token)];
            await ClaimAsync(client, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _log.Plain($"{_options.Called} '{_options.Name}' is stopping.");
        }
        finally
        {
            await DrainAsync(stop);
            _log.Complete();
            background.CancelAfter(loops.Length > 0 ? TimeSpan.FromSeconds(2) : TimeSpan.Zero);
            if (loops.Length > 0)
                await loops[^1].ContinueWith(_ => background.CancelAsync(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Unwrap();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _log.Plain($"{_options.Called} '{_options.Name}' stopped!");
    }

    private async Task ClaimAsync(OrchestrationClient client, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var free = (_options.Limit ?? int.MaxValue) - _active.Count;
            if (free <= 0)
            {
                await _ended.WaitAsync(stop);
                continue;
            }

            var queues = await QueuesAsync(client, stop);
            if (queues is null)
            {
                if (_options.RunOnce)
                    return;
                await Task.Delay(PauseForQueues, _time, stop);
                continue;
            }

            var claim = new Claim
            {
                WorkerName = _options.Name,
                Limit = Math.Min(free, LargestClaim),
                WorkQueueNames = queues is [] ? null : queues,
                PrefetchSeconds = _options.PrefetchSeconds,
                LeaseSeconds = _options.LeaseSeconds,
            };
            var wait = _options.RunOnce ? 0 : _options.ClaimWaitSeconds;
            var claimed = await _patience.AskAsync(ct => client.ClaimFlowRunsAsync(_options.PoolName, claim, wait, ct), stop);
            if (claimed.Count > 0)
                Submit(client, claimed, stop);
            else if (_options.RunOnce)
                return;
        }
    }

    // Null: none of the wanted queues is there yet.
    private async Task<IReadOnlyList<string>?> QueuesAsync(OrchestrationClient client, CancellationToken stop)
    {
        if (_options.FindQueues is not { } find)
            return _options.WorkQueues;
        var found = await _patience.AskAsync(ct => find(client, ct), stop);
        return found.Count == 0 ? null : found;
    }

    private void Submit(OrchestrationClient client, List<ClaimedFlowRun> claimed, CancellationToken stop)
    {
        // Asked anew for each batch, so that a change of the template holds for the next run.
        var pool = new Lazy<Task<WorkPool>>(() => FindPoolAsync(client, stop));
        foreach (var one in claimed)
        {
            var attempt = new RunAttempt(one, pool, _connect, _infrastructure, _options, _log, _patience, _left, _time);
            _active[one.FlowRun.Id] = attempt;
            attempt.Finished = FinishAsync(attempt);
        }
    }

    private async Task<WorkPool> FindPoolAsync(OrchestrationClient client, CancellationToken stop) =>
        await _patience.AskAsync(ct => client.FindWorkPoolAsync(_options.PoolName, ct), stop)
        ?? throw new ApiException($"there is no work pool '{_options.PoolName}' any more", HttpStatusCode.NotFound);

    private async Task FinishAsync(RunAttempt attempt)
    {
        await Task.Yield();
        try
        {
            await attempt.RunAsync();
        }
        catch (Exception e)
        {
            _log.AboutRun(attempt.Id, 40, $"The worker could not see flow run '{attempt.Id}' to its end: {e.Message}");
        }
        finally
        {
            _active.TryRemove(KeyValuePair.Create(attempt.Id, attempt));
            attempt.Dispose();
            _ended.Release();
        }
    }

    public void Dispose() => _ended.Dispose();

    private async Task DrainAsync(CancellationToken stop)
    {
        var attempts = _active.Values.ToArray();
        await using var stopAll = stop.UnsafeRegister(_ => Array.ForEach(attempts, a => a.Stop(StopCause.WorkerEnds)), null);
        await Task.WhenAll(attempts.Select(a => a.Finished));
    }
}
