namespace Reeve.Protocol.ConcurrencyLimits;

/// <summary>What happens to a deployment's runs over its limit.</summary>
public sealed record ConcurrencyOptions
{
    /// <summary>"ENQUEUE": a run over the limit waits; "CANCEL_NEW": it is cancelled.</summary>
    public required string CollisionStrategy { get; init; }

    /// <summary>For how long a run may be Pending before its slot is freed, in seconds; null: the server's own 300.</summary>
    public int? GracePeriodSeconds { get; init; }
}
