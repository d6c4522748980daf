using Reeve.Calls;

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
    public static TaskCalls With(
        int? retries = null, double? retryDelaySeconds = null, double? timeoutSeconds = null, bool? logPrints = null, bool? persistResult = null,
        TaskRunner? taskRunner = null, IEnumerable<TaskFuture>? waitFor = null) =>
        new(
            new CallOptions
            {
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
