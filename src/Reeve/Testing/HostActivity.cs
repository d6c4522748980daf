namespace Reeve.Testing;

/// <summary>
/// Tells which threads are in code of one test host. The value of the asynchronous flow says so exactly: the runtime reports each time a thread
/// enters or leaves a context that carries it, over every await, <see cref="Task.Run(Action)"/> and new thread.
/// </summary>
internal sealed class HostActivity
{
    private static readonly AsyncLocal<HostActivity?> Ambient = new(Changed);

    private readonly Dictionary<Thread, Task?> _threads = [];
    private readonly Lock _gate = new();
    private int _queued;
    private long _version;

    /// <summary>Grows with everything that happens.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Makes the calling asynchronous flow one of the host's.</summary>
    public void Join() => Ambient.Value = this;

    public void Touch() => Interlocked.Increment(ref _version);

    /// <summary>Calls back on the pool; from now until its end the host is busy.</summary>
    public void Queue(Action callback)
    {
        Interlocked.Increment(ref _queued);
        Touch();
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                try
                {
                    callback();
                }
                finally
                {
                    Touch();
                    Interlocked.Decrement(ref _queued);
                }
            },
            null);
    }

    /// <summary>Says that the calling thread is about to block until a call has ended: a thread that only waits does not hold the time.</summary>
    public static void AboutToWait(Task call)
    {
        if (Ambient.Value is { } host)
            host.Set(call);
    }

    /// <summary>Says that the wait is over.</summary>
    public static void HasWaited()
    {
        if (Ambient.Value is { } host)
            host.Set(null);
    }

    /// <summary>Says that a thread of its own is about to run code of the calling flow. Until it does, the host is busy.</summary>
    public static HostActivity? AboutToStart()
    {
        if (Ambient.Value is not { } host)
            return null;
        Interlocked.Increment(ref host._queued);
        host.Touch();
        return host;
    }

    /// <summary>Says that the thread is there.</summary>
    public void HasStarted()
    {
        Touch();
        Interlocked.Decrement(ref _queued);
    }

    /// <summary>What the threads do at this moment.</summary>
    public Pulse Feel()
    {
        lock (_gate)
        {
            var (busy, stalled, waiting) = (Volatile.Read(ref _queued), 0, 0);
            foreach (var (thread, call) in _threads)
            {
                if (call is { IsCompleted: false })
                    waiting += thread.IsThreadPoolThread ? 1 : 0;
                else if ((thread.ThreadState & ThreadState.WaitSleepJoin) != 0)
                    stalled++;
                else
                    busy++;
            }

            return new Pulse(busy, stalled, waiting, Version);
        }
    }

    private static void Changed(AsyncLocalValueChangedArgs<HostActivity?> change)
    {
        if (ReferenceEquals(change.PreviousValue, change.CurrentValue))
            return;
        change.PreviousValue?.Leave();
        change.CurrentValue?.Enter();
    }

    private void Enter()
    {
        lock (_gate)
            _threads[Thread.CurrentThread] = null;
        Touch();
    }

    private void Leave()
    {
        lock (_gate)
            _threads.Remove(Thread.CurrentThread);
        Touch();
    }

    private void Set(Task? call)
    {
        lock (_gate)
            _threads[Thread.CurrentThread] = call;
        Touch();
    }
}

/// <summary>What the threads of a host do.</summary>
/// <param name="Busy">Threads that run, and callbacks that are about to.</param>
/// <param name="Stalled">Threads that block in the author's code, in a lock, a sleep or a wait that the engine knows nothing of.</param>
/// <param name="Waiting">Threads of the pool that wait for a call of a synchronous flow or task.</param>
/// <param name="Version">Grows with everything that happens.</param>
internal readonly record struct Pulse(int Busy, int Stalled, int Waiting, long Version);
