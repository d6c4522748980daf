namespace Reeve;

/// <summary>
/// What one call of a flow or task says for itself. A value given here wins over the attribute's, the attribute's over the surrounding run's,
/// that over the settings; null leaves the attribute's.
/// </summary>
public sealed record CallOptions
{
    /// <summary>How often a failed run is tried again; null: as the attribute says.</summary>
    public int? Retries { get; init; }

    /// <summary>Seconds before each retry; null: as the attribute says.</summary>
    public double? RetryDelaySeconds { get; init; }

    /// <summary>Seconds after which the run fails as timed out, 0 for no limit; null: as the attribute says.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>Whether <see cref="Console"/> output becomes log lines of level INFO; null: as the attribute says.</summary>
    public bool? LogPrints { get; init; }

    /// <summary>Whether the return value is stored; null: as the attribute says.</summary>
    public bool? PersistResult { get; init; }

    /// <summary>Runs the call when it is submitted or mapped; of a flow: what the flow submits. Null: the surrounding flow's, else threads of this process.</summary>
    public TaskRunner? TaskRunner { get; init; }
}
