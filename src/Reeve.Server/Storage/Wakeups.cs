using System.Collections.Concurrent;

namespace Reeve.Server.Storage;

/// <summary>
/// Wakes waiting loops and sockets by topic after commits. A wake-up is a hint that saves waiting, never the only way to learn of a change:
/// every waiter also looks again when its time is over.
/// </summary>
internal sealed class Wakeups(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new();

    /// <summary>Set by PostgreSQL, to carry signals to the other replicas.</summary>
    internal Action<string>? Relay { get; set; }

    internal void Signal(string topic)
    {
        SignalHere(topic);
        Relay?.Invoke(topic);
    }

    internal void SignalHere(string topic)
    {
        if (waiting.TryRemove(topic, out var source))
            source.TrySetResult();
    }

    /// <summary>Completes at the next signal. Take it before looking for work, so that no signal between the look and the wait is missed.</summary>
    internal Task Next(string topic) =>
        waiting.GetOrAdd(topic, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Waits for a signal taken with <see cref="Next"/>, at most for the given time; returns whether it came.</summary>
    internal async Task<bool> WaitAsync(Task next, TimeSpan atMost, CancellationToken cancellation)
    {
        try
        {
            await next.WaitAsync(atMost, clock, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
