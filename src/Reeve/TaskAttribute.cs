namespace Reeve;

/// <summary>
/// Makes a method a task: every call of it becomes a task run, with states, logs and retries.
/// A <see cref="CancellationToken"/> parameter is filled by the engine.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class TaskAttribute : RunAttribute
{
    /// <summary>Seconds before each retry, one for each, the last one for all after it: <c>new[] { 1.0, 10, 60 }</c>. Default none; wins over <see cref="RunAttribute.RetryDelaySeconds"/>.</summary>
    public double[]? RetryDelays { get; set; }

    /// <summary>Seconds before the first retry, doubled for each after it; default 0, no such growth. Wins over <see cref="RunAttribute.RetryDelaySeconds"/>.</summary>
    public double RetryBackoffSeconds { get; set; }

    /// <summary>The most seconds that <see cref="RetryBackoffSeconds"/> grows to; default 0, no bound.</summary>
    public double RetryBackoffMaxSeconds { get; set; }

    /// <summary>
    /// Spreads each delay at random around its length, between less and (1 + factor) times of it, so that many failed runs do not come back at once;
    /// default 0, no spread. The server draws the chance.
    /// </summary>
    public double RetryJitterFactor { get; set; }

    /// <summary>
    /// The static method that says whether a failure is worth a retry: <c>nameof(IsTransient)</c>, <c>bool (Exception)</c> or
    /// <c>bool (Exception, int attempt)</c>, attempts counted from 1; with a derived exception, others are not retried. When it throws there is no
    /// retry. Default: every failure is retried.
    /// </summary>
    public string? RetryIf { get; set; }

    /// <summary>What a stored result stands for; a call that is equal in it is not run again but completed with that result. Default <see cref="CacheBy.None"/>.</summary>
    public CacheBy CachePolicy { get; set; }

    /// <summary>
    /// The static method that makes the cache key: <c>nameof(KeyOf)</c>. It takes any of the task's parameters, by their names, and returns the key, or
    /// null for a call that is not cached. Default none; with a <see cref="CachePolicy"/> both count.
    /// </summary>
    public string? CacheKey { get; set; }

    /// <summary>Seconds for which a cached result holds; default 0, for ever.</summary>
    public double CacheExpirationSeconds { get; set; }

    /// <summary>Whether the task runs although its result is cached, and replaces it; default the setting <c>REEVE_TASKS_REFRESH_CACHE</c>, else false.</summary>
    public bool RefreshCache { get; set; }

    /// <summary>The hook for when the transaction that the run is in commits; see <see cref="RunAttribute.OnRunning"/>.</summary>
    public string? OnCommit { get; set; }

    /// <summary>The hook for when the transaction that the run is in is rolled back; see <see cref="RunAttribute.OnRunning"/>.</summary>
    public string? OnRollback { get; set; }
}
