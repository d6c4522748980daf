using System.Collections.Concurrent;

namespace Reeve.Calls;

/// <summary>
/// That this code runs in a submitted call, which keeps its places until it ends. Two things follow, or calls would wait for each other for ever. What
/// the call submits itself has slots of its own. And when it waits for a call that was submitted elsewhere, that one, and what it needs in turn,
/// may run without a place. So only the flow's own code, which holds nothing, ever waits for the places of others.
/// </summary>
internal sealed class Held
{
    private static readonly AsyncLocal<Held?> Ambient = new();
    private readonly Held? _outer = Ambient.Value;
    private readonly Submissions _submissions;
    private ConcurrentDictionary<TaskRunner, Slots>? _slots;

    public Held(Submissions submissions) => _submissions = submissions;

    public static Held? Current => Ambient.Value;

    /// <summary>Makes it the one of the code that this asynchronous method calls from here on.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>The slots of what is submitted here; null for the flow's own, which a subflow has too.</summary>
    public static Slots? SlotsOf(Submissions submissions, TaskRunner runner) => Current is { } held && held._submissions == submissions
        ? LazyInitializer.EnsureInitialized(ref held._slots).GetOrAdd(runner, static runner => new Slots(runner.MaxWorkers))
        : null;

    /// <summary>Whether something was submitted by this call, or by one within it.</summary>
    public bool IsAround(Held? started)
    {
        for (var held = started; held is not null; held = held._outer)
        {
            if (held == this)
                return true;
        }

        return false;
    }
}
