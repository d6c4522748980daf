using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>
/// What one call of a flow or task says for itself. A value given here wins over the attribute's, the attribute's over the surrounding run's,
/// that over the settings; null leaves the attribute's.
/// </summary>
public sealed record CallOptions
{
    /// <summary>The task's name for this run; null: as the attribute says.</summary>
    public string? Name { get; init; }

    /// <summary>The run's name, as it is; null: as the attribute says.</summary>
    public string? RunName { get; init; }

    /// <summary>Tags of the run, in place of the attribute's; null: as the attribute says.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>How often a failed run is tried again; null: as the attribute says.</summary>
    public int? Retries { get; init; }

    /// <summary>Seconds before each retry; null: as the attribute says.</summary>
    public double? RetryDelaySeconds { get; init; }

    /// <summary>Seconds before each retry of a task, one for each, the last one for all after it; null: as the attribute says.</summary>
    public IReadOnlyList<double>? RetryDelays { get; init; }

    /// <summary>Seconds before the first retry of a task, doubled for each after it; null: as the attribute says.</summary>
    public double? RetryBackoffSeconds { get; init; }

    /// <summary>The most seconds that <see cref="RetryBackoffSeconds"/> grows to, 0 for no bound; null: as the attribute says.</summary>
    public double? RetryBackoffMaxSeconds { get; init; }

    /// <summary>How far delays of a task are spread, 0 for not at all; null: as the attribute says.</summary>
    public double? RetryJitterFactor { get; init; }

    /// <summary>Whether a failure of a task is worth a retry, by the exception and the attempt, counted from 1; null: as the attribute says.</summary>
    public Func<Exception, int, bool>? RetryIf { get; init; }

    /// <summary>Seconds after which the run fails as timed out, 0 for no limit; null: as the attribute says.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>Whether <see cref="Console"/> output becomes log lines of level INFO; null: as the attribute says.</summary>
    public bool? LogPrints { get; init; }

    /// <summary>Whether the return value is stored; null: as the attribute says.</summary>
    public bool? PersistResult { get; init; }

    /// <summary>Runs the call when it is submitted or mapped; of a flow: what the flow submits. Null: the surrounding flow's, else threads of this process.</summary>
    public TaskRunner? TaskRunner { get; init; }

    /// <summary>How the return value is written; null: as the attribute says.</summary>
    public IResultSerializer? ResultSerializer { get; init; }

    /// <summary>Where the return value is stored; null: as the attribute says.</summary>
    public IResultStorage? ResultStorage { get; init; }

    /// <summary>What a stored result of a task stands for; null: as the attribute says.</summary>
    public CachePolicy? CachePolicy { get; init; }

    /// <summary>The key that a task's result is cached under; null: as the attribute says.</summary>
    public string? CacheKey { get; init; }

    /// <summary>Seconds for which a cached result holds, 0 for ever; null: as the attribute says.</summary>
    public double? CacheExpirationSeconds { get; init; }

    /// <summary>Whether the task runs although its result is cached; null: as the attribute says.</summary>
    public bool? RefreshCache { get; init; }

    /// <summary>Called when the run starts, in place of the attribute's hooks; the run is <c>Current</c> of its context. Null: as the attribute says.</summary>
    public Func<State, ValueTask>? OnRunning { get; init; }

    /// <summary>Called when the run completed; see <see cref="OnRunning"/>.</summary>
    public Func<State, ValueTask>? OnCompletion { get; init; }

    /// <summary>Called when the run failed; see <see cref="OnRunning"/>.</summary>
    public Func<State, ValueTask>? OnFailure { get; init; }

    /// <summary>Called when the run was cancelled; see <see cref="OnRunning"/>.</summary>
    public Func<State, ValueTask>? OnCancellation { get; init; }

    /// <summary>Called when the run's process was told to end; see <see cref="OnRunning"/>.</summary>
    public Func<State, ValueTask>? OnCrashed { get; init; }

    /// <summary>Called when the transaction that the run is in commits; see <see cref="OnRunning"/>.</summary>
    public Func<State, ValueTask>? OnCommit { get; init; }

    /// <summary>Called when the transaction that the run is in is rolled back; see <see cref="OnRunning"/>.</summary>
    public Func<State, ValueTask>? OnRollback { get; init; }
}
