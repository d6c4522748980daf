namespace Reeve.Server.Storage;

/// <summary>
/// A bounded queue into one thread that takes all that waits at once. The thread sleeps rather than spins when there is nothing: on a small machine
/// the spinning would take the processor from those who are about to bring work.
/// </summary>
internal sealed class WriteQueue<T>(int capacity)
{
    private readonly object gate = new();
    private readonly Queue<T> waiting = new();
    private bool closed;

    internal int Count
    {
        get
        {
            lock (gate)
                return waiting.Count;
        }
    }

    /// <summary>False when the queue is full.</summary>
    /// <exception cref="StorageBusyException">The queue is closed.</exception>
    internal bool TryAdd(T item)
    {
        lock (gate)
        {
            if (closed)
                throw new StorageBusyException("The server is shutting down.", TimeSpan.FromSeconds(5));
            if (waiting.Count >= capacity)
                return false;
            waiting.Enqueue(item);
            if (waiting.Count == 1)
                Monitor.Pulse(gate);
            return true;
        }
    }

    /// <summary>Waits for something and takes up to so many; nothing comes once the queue is closed and empty.</summary>
    internal void Take(List<T> into, int most)
    {
        lock (gate)
        {
            while (waiting.Count == 0 && !closed)
                Monitor.Wait(gate);
            while (into.Count < most && waiting.TryDequeue(out var item))
                into.Add(item);
        }
    }

    /// <summary>Takes no more; what waits is still handed out.</summary>
    internal void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }
}
