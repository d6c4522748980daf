namespace Reeve.Engine;

/// <summary>
/// What was said for one call alone, by <c>Tasks.With</c>, <c>Submit</c>, <c>Map</c> and the like. It is set around a lambda, and the first
/// intercepted call inside takes it; calls after that, and those inside the called method, find nothing.
/// </summary>
internal sealed class CallScope
{
    private static readonly AsyncLocal<CallScope?> Ambient = new();
    private int _isTaken;

    public CallOptions Options { get; init; } = new();

    /// <summary>Runs that the call has its arguments from or waits for, by parameter name; "wait_for" for those that are no argument.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Guid>> Upstream { get; init; } = new Dictionary<string, IReadOnlyList<Guid>>();

    /// <summary>Hears the id and name of the run once it is known.</summary>
    public Action<Guid, string>? Created { get; init; }

    public bool IsTaken => Volatile.Read(ref _isTaken) != 0;

    /// <summary>Makes the scope the one of the next call in this asynchronous flow.</summary>
    public void Enter() => Ambient.Value = this;

    public static CallScope? Take()
    {
        if (Ambient.Value is not { } scope)
            return null;
        Ambient.Value = null;
        return Interlocked.Exchange(ref scope._isTaken, 1) == 0 ? scope : null;
    }
}
