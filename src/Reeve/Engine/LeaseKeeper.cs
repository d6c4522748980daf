using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Reeve.Client;
using Reeve.Protocol.Leases;
using Reeve.Settings;

namespace Reeve.Engine;

/// <summary>
/// Keeps the leases of this process's flow runs alive, all in one request, every third of their length. The answers tell which runs
/// are to be cancelled and which leases are lost.
/// </summary>
internal sealed class LeaseKeeper(OrchestrationClient client, TimeProvider time, ReeveSettings settings) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Held> _held = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly int _seconds = LengthOf(settings);
    private Task? _renewing;

    private static string Owner => $"{AppDomain.CurrentDomain.FriendlyName} on {Environment.MachineName}";

    /// <summary>Takes the lease of a run; null where the API knows none (Prefect's own server).</summary>
    public Task<Guid?> AcquireAsync(Guid flowRunId, CancellationToken ct) => AcquireAsync(flowRunId, client, ct);

    /// <summary>Takes the lease of a subflow's run by the client of its parent, whose own lease allows to take over what an earlier process of the parent left.</summary>
    public async Task<Guid?> AcquireAsync(Guid flowRunId, OrchestrationClient caller, CancellationToken ct)
    {
        try
        {
            return (await caller.AcquireLeaseAsync(flowRunId, new LeaseAcquire(Owner, _seconds), ct)).Token;
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return null;
        }
        catch (ApiException e) when (IsRefusal(e))
        {
            throw new LeaseLostException($"Flow run {flowRunId} cannot be worked on here: {e.Message}", e);
        }
    }

    /// <summary>Renews a lease until it is let go; <paramref name="stop"/> hears of a cancellation or the loss.</summary>
    public void Keep(Guid flowRunId, Guid token, RunStop stop)
    {
        _held[flowRunId] = new Held(token, stop);
        lock (_gate)
            _renewing ??= Task.Run(() => RenewAllAsync(_ended.Token));
    }

    public void LetGo(Guid flowRunId) => _held.TryRemove(flowRunId, out _);

    /// <summary>True for the answers by which the API refuses a write without a valid lease.</summary>
    public static bool IsRefusal(ApiException e) => e.Status is HttpStatusCode.Conflict or HttpStatusCode.Gone;

    private async Task RenewAllAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_seconds / 3d), time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (!_held.IsEmpty)
                    await RenewAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        var held = _held.ToArray();
        try
        {
            var answer = await client.RenewLeasesAsync(new LeaseRenewal([.. held.Select(h => new LeaseReference(h.Key, h.Value.Token))], "engine", _seconds), ct);
            foreach (var id in answer.Cancelling)
            {
                if (_held.TryGetValue(id, out var run))
                    run.Stop.Request(StopCause.Cancelled, "Cancelled on request");
            }

            foreach (var lost in answer.Lost)
            {
                if (_held.TryRemove(lost.FlowRunId, out var run))
                    run.Stop.Request(StopCause.LeaseLost, lost.Reason);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The client has repeated it for longer than any server is away, or the answer cannot be read. The next tick tries again; the
            // lease itself decides.
            await Console.Error.WriteLineAsync($"The lease of {held.Length} flow runs could not be renewed: {e.Message}");
        }
    }

    private static int LengthOf(ReeveSettings settings)
    {
        if (settings.Find("FLOW_RUN_LEASE_SECONDS") is not { } setting)
            return 60;
        return int.TryParse(setting.Value, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 5 and <= 3600
            ? seconds
            : throw new SettingsException($"{setting.Name} is '{setting.Value}' ({setting.Source}); it must be a whole number of seconds from 5 to 3600");
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        if (_renewing is not null)
            await _renewing;
        _ended.Dispose();
    }

    private sealed record Held(Guid Token, RunStop Stop);
}
