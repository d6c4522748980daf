using Reeve.Calls;
using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>
/// Says more of a call than the call itself can: options, a place in the background, many at once. Each takes a lambda that calls one [Task] or
/// [Flow] method, so that types, overloads and private methods stay as they are: <c>Tasks.Submit(() => Fetch(url))</c>.
/// A value given for the call wins over the attribute's, that over the surrounding run's, that over the settings.
/// </summary>
public static partial class Tasks
{
    private static readonly TaskCalls Plain = new(new CallOptions(), null);

    /// <summary>Calls with options of their own.</summary>
    /// <param name="retries">How often a failed run is tried again; null: as the attribute says.</param>
    /// <param name="retryDelaySeconds">Seconds before each retry; null: as the attribute says.</param>
    /// <param name="timeoutSeconds">Seconds after which the run fails as timed out, 0 for no limit; null: as the attribute says.</param>
    /// <param name="logPrints">Whether <see cref="Console"/> output becomes log lines; null: as the attribute says.</param>
    /// <param name="persistResult">Whether the return value is stored; null: as the attribute says.</param>
    /// <param name="taskRunner">Runs the call when it is submitted or mapped; of a flow: what the flow submits. Null: the surrounding flow's.</param>
    /// <param name="waitFor">Calls that must complete before.</param>
    /// <param name="name">See <see cref="CallOptions.Name"/>.</param>
    /// <param name="runName">See <see cref="CallOptions.RunName"/>.</param>
    /// <param name="tags">See <see cref="CallOptions.Tags"/>.</param>
    /// <param name="retryDelays">See <see cref="CallOptions.RetryDelays"/>.</param>
    /// <param name="retryBackoffSeconds">See <see cref="CallOptions.RetryBackoffSeconds"/>.</param>
    /// <param name="retryBackoffMaxSeconds">See <see cref="CallOptions.RetryBackoffMaxSeconds"/>.</param>
    /// <param name="retryJitterFactor">See <see cref="CallOptions.RetryJitterFactor"/>.</param>
    /// <param name="retryIf">See <see cref="CallOptions.RetryIf"/>.</param>
    /// <param name="resultSerializer">See <see cref="CallOptions.ResultSerializer"/>.</param>
    /// <param name="resultStorage">See <see cref="CallOptions.ResultStorage"/>.</param>
    /// <param name="cachePolicy">See <see cref="CallOptions.CachePolicy"/>.</param>
    /// <param name="cacheKey">See <see cref="CallOptions.CacheKey"/>.</param>
    /// <param name="cacheExpirationSeconds">See <see cref="CallOptions.CacheExpirationSeconds"/>.</param>
    /// <param name="refreshCache">See <see cref="CallOptions.RefreshCache"/>.</param>
    /// <param name="onRunning">See <see cref="CallOptions.OnRunning"/>.</param>
    /// <param name="onCompletion">See <see cref="CallOptions.OnCompletion"/>.</param>
    /// <param name="onFailure">See <see cref="CallOptions.OnFailure"/>.</param>
    /// <param name="onCancellation">See <see cref="CallOptions.OnCancellation"/>.</param>
    /// <param name="onCrashed">See <see cref="CallOptions.OnCrashed"/>.</param>
    /// <param name="onCommit">See <see cref="CallOptions.OnCommit"/>.</param>
    /// <param name="onRollback">See <see cref="CallOptions.OnRollback"/>.</param>
    public static TaskCalls With(
        int? retries = null, double? retryDelaySeconds = null, double? timeoutSeconds = null, bool? logPrints = null, bool? persistResult = null,
        TaskRunner? taskRunner = null, IEnumerable<TaskFuture>? waitFor = null,
        string? name = null, string? runName = null, IReadOnlyList<string>? tags = null,
        IReadOnlyList<double>? retryDelays = null, double? retryBackoffSeconds = null, double? retryBackoffMaxSeconds = null, double? retryJitterFactor = null, Func<Exception, int, bool>? retryIf = null,
        IResultSerializer? resultSerializer = null, IResultStorage? resultStorage = null,
        CachePolicy? cachePolicy = null, string? cacheKey = null, double? cacheExpirationSeconds = null, bool? refreshCache = null,
        Func<State, ValueTask>? onRunning = null, Func<State, ValueTask>? onCompletion = null, Func<State, ValueTask>? onFailure = null, Func<State, ValueTask>? onCancellation = null,
        Func<State, ValueTask>? onCrashed = null, Func<State, ValueTask>? onCommit = null, Func<State, ValueTask>? onRollback = null) =>
        new(
            new CallOptions
            {
                Name = name,
                RunName = runName,
                Tags = tags,
                RetryDelays = retryDelays,
                RetryBackoffSeconds = retryBackoffSeconds,
                RetryBackoffMaxSeconds = retryBackoffMaxSeconds,
                RetryJitterFactor = retryJitterFactor,
                RetryIf = retryIf,
                ResultSerializer = resultSerializer,
                ResultStorage = resultStorage,
                CachePolicy = cachePolicy,
                CacheKey = cacheKey,
                CacheExpirationSeconds = cacheExpirationSeconds,
                RefreshCache = refreshCache,
                OnRunning = onRunning,
                OnCompletion = onCompletion,
                OnFailure = onFailure,
                OnCancellation = onCancellation,
                OnCrashed = onCrashed,
                OnCommit = onCommit,
                OnRollback = onRollback,
                Retries = retries,
                RetryDelaySeconds = retryDelaySeconds,
                TimeoutSeconds = timeoutSeconds,
                LogPrints = logPrints,
                PersistResult = persistResult,
                TaskRunner = taskRunner,
            },
            waitFor);

    /// <summary>Calls with options of their own.</summary>
    /// <param name="options">The options.</param>
    /// <param name="waitFor">Calls that must complete before.</param>
    public static TaskCalls With(CallOptions options, IEnumerable<TaskFuture>? waitFor = null) => new(options, waitFor);

    /// <summary>Lets a call that needs another run however that one ends: what it is given is the other's final state.</summary>
    /// <param name="future">The other call.</param>
    public static TaskFuture<ReturnedState<T>> AllowFailure<T>(TaskFuture<T> future) => future.Allowed();

    /// <inheritdoc cref="AllowFailure{T}(TaskFuture{T})" />
    public static TaskFuture<ReturnedState> AllowFailure(TaskFuture future) => future.AllowedPlain();

    /// <summary>Futures in the order in which they end.</summary>
    /// <param name="futures">The futures; enumerated at once.</param>
    /// <param name="ct">Ends the wait, not the calls.</param>
    public static IAsyncEnumerable<TaskFuture<T>> AsCompleted<T>(IEnumerable<TaskFuture<T>> futures, CancellationToken ct = default) =>
        Endings.Of<TaskFuture<T>>([.. futures], ct);
}
