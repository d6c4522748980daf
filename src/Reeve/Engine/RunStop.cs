namespace Reeve.Engine;

internal enum StopCause
{
    None,

    /// <summary>Somebody asked the API to cancel the run.</summary>
    Cancelled,

    /// <summary>The process was told to end by a signal.</summary>
    Interrupted,

    /// <summary>The run is no longer ours.</summary>
    LeaseLost,

    /// <summary>The code that called the flow or task cancelled its token.</summary>
    Caller,
}

/// <summary>Asks a run to stop and remembers the first cause. What stops a flow run stops its tasks and subflows.</summary>
internal sealed class RunStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<CancellationTokenRegistration> _registrations = [];
    private readonly Lock _gate = new();

    public RunStop(RunStop? parent, CancellationToken caller, CancellationToken scope = default)
    {
        if (scope.CanBeCanceled)
            _registrations.Add(scope.Register(() => RequestFrom(parent, "Cancelled by the code that called it")));
        if (caller.CanBeCanceled)
            _registrations.Add(caller.Register(() => RequestFrom(parent, "Cancelled by the code that called it")));
        if (parent is not null)
            _registrations.Add(parent.Token.Register(() => RequestFrom(parent, parent.Reason)));
    }

    public CancellationToken Token => _source.Token;

    public StopCause Cause { get; private set; }

    public string Reason { get; private set; } = "";

    public void Request(StopCause cause, string reason)
    {
        lock (_gate)
        {
            if (Cause != StopCause.None)
                return;
            Cause = cause;
            Reason = reason;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run ended in this moment; there is nothing left to stop.
        }
        catch (AggregateException e)
        {
            // Callbacks of the author's code on the token; the one who asks to stop, a signal or the renewal of leases, must not fall by them.
            Console.Error.WriteLine($"A callback of the flow's cancellation failed: {e.InnerExceptions[0].Message}");
        }
    }

    // The caller's token is often the parent's own, handed on: then the parent's cause is the true one.
    private void RequestFrom(RunStop? parent, string reason)
    {
        if (parent is { Cause: not StopCause.None })
            Request(parent.Cause, parent.Reason);
        else
            Request(StopCause.Caller, reason);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }
}
