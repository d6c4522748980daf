using Reeve.Protocol.Runs;

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

    /// <summary>Values that the call may have among its arguments, and the runs they came from.</summary>
    public IReadOnlyList<ResultOrigin> Sources { get; init; } = [];

    /// <summary>Runs that the call only waits for.</summary>
    public IReadOnlyList<Guid> WaitsFor { get; init; } = [];

    /// <summary>Takes the call of a task elsewhere; null runs it here.</summary>
    public CallRoute? Route { get; init; }

    /// <summary>Hears the id and name of the run once it is known.</summary>
    public Action<Guid, string>? Created { get; init; }

    /// <summary>Hears each state that the run is found in, the last one included.</summary>
    public Action<State>? Entered { get; init; }

    /// <summary>Asks the run to stop, beside the token that the call may have as an argument.</summary>
    public CancellationToken Cancelled { get; init; }

    public bool IsTaken => Volatile.Read(ref _isTaken) != 0;

    /// <summary>Makes the scope the one of the next call in this asynchronous flow, and says which one was before.</summary>
    public CallScope? Enter()
    {
        var before = Ambient.Value;
        Ambient.Value = this;
        return before;
    }

    /// <summary>Puts back what <see cref="Enter"/> found.</summary>
    public static void Leave(CallScope? before) => Ambient.Value = before;

    public static CallScope? Take()
    {
        if (Ambient.Value is not { } scope)
            return null;
        Ambient.Value = null;
        return Interlocked.Exchange(ref scope._isTaken, 1) == 0 ? scope : null;
    }
}
