using System.Net;
using Reeve.Client;
using Reeve.Protocol.ConcurrencyLimits;

namespace Reeve;

/// <summary>Slots of concurrency limits that are held until this is disposed.</summary>
public sealed class SlotScope : IAsyncDisposable
{
    private readonly Surroundings _here;
    private readonly SlotsTake _wanted;
    private readonly Guid? _lease;
    private readonly CancellationTokenSource _work;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewing;
    private readonly long _taken;
    private int _isDisposed;

    internal SlotScope(Surroundings here, SlotsTake wanted, Guid? lease, IReadOnlyList<string> names)
    {
        (_here, _wanted, _lease, Names) = (here, wanted, lease, names);
        _taken = here.Time.GetTimestamp();
        _work = CancellationTokenSource.CreateLinkedTokenSource(here.Token);
        _renewing = lease is { } id ? Task.Run(() => RenewAsync(id, _ended.Token)) : Task.CompletedTask;
    }

    /// <summary>The limits that were found.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Cancelled with the run, and when the slots are lost: somebody freed them, or the lease could not be renewed in time. Pass it on to the work they are for.</summary>
    public CancellationToken Token => _work.Token;

    /// <summary>True when the slots are no longer held, although nobody has disposed of this.</summary>
    public bool IsLost { get; private set; }

    private async Task RenewAsync(Guid lease, CancellationToken ct)
    {
        var length = TimeSpan.FromSeconds(_wanted.LeaseDuration);
        var renewed = _taken;
        try
        {
            while (true)
            {
                await Task.Delay(length / 3, _here.Time, ct);
                var asked = _here.Time.GetTimestamp();
                var left = length - _here.Time.GetElapsedTime(renewed);
                if (left <= TimeSpan.Zero || !await RenewWithinAsync(lease, left, ct))
                {
                    Lose();
                    return;
                }

                renewed = asked; // counted from before the request, so that the server's lease is never the shorter one
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task<bool> RenewWithinAsync(Guid lease, TimeSpan left, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(left, _here.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await _here.Client.RenewSlotLeaseAsync(lease, new SlotLeaseRenewal { LeaseDuration = _wanted.LeaseDuration }, either.Token);
            return true;
        }
        catch (ApiException e)
        {
            _here.Logger?.Warning($"The slots of {string.Join(", ", Names)} are lost: {e.Message}");
            return false;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            _here.Logger?.Warning($"The slots of {string.Join(", ", Names)} are lost: the API could not be reached for the whole length of their lease.");
            return false;
        }
    }

    private void Lose()
    {
        IsLost = true;
        try
        {
            _work.Cancel();
        }
        catch (AggregateException e)
        {
            // Callbacks of the author's code on the token.
            _here.Logger?.Error($"A callback of the scope's cancellation failed: {e.InnerExceptions[0].Message}");
        }
    }

    /// <summary>Gives the slots back. A server that cannot be reached frees them when their lease lapses.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _ended.CancelAsync();
        await _renewing;
        if (!IsLost && Names.Count > 0)
            await GiveBackAsync();
        _ended.Dispose();
        _work.Dispose();
    }

    private async Task GiveBackAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(_wanted.LeaseDuration), _here.Time);
        try
        {
            await (_lease is { } lease
                ? _here.Client.EndSlotLeaseAsync(lease, limit.Token)
                : _here.Client.GiveSlotsBackAsync(
                    new SlotsGiveBack { Names = Names, Slots = _wanted.Slots, OccupancySeconds = _here.Time.GetElapsedTime(_taken).TotalSeconds }, limit.Token));
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            // What the work has brought is worth more than the slots, which the lapse of the lease frees.
            _here.Logger?.Warning($"The slots of {string.Join(", ", Names)} could not be given back: {e.Message}");
        }
    }
}
