using Reeve.Testing;

namespace Reeve.Calls;

/// <summary>
/// Threads for calls that block. Not the runtime's pool: that grows by one or two threads a second when all are blocked, and the engine's own
/// work would stand behind them. How many there are is bounded by who asks (<see cref="Slots"/>); idle ones end.
/// </summary>
internal static class BlockingThreads
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly Lock Gate = new();
    private static readonly Stack<Seat> Waiting = [];

    /// <summary>Runs work with the caller's execution context.</summary>
    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var end = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = ExecutionContext.Capture();
        var host = HostActivity.AboutToStart();
        Start(() =>
        {
            if (context is null)
                Do();
            else
                ExecutionContext.Run(context, static work => ((Action)work!)(), (Action)Do);
        });
        return end.Task;

        void Do()
        {
            host?.HasStarted();
            try
            {
                end.SetResult(work());
            }
            catch (Exception e)
            {
                end.SetException(e);
            }
        }
    }

    private static void Start(Action work)
    {
        lock (Gate)
        {
            if (Waiting.TryPop(out var seat))
            {
                seat.Work = work;
                seat.Called.Set();
                return;
            }
        }

        new Thread(() => Serve(work)) { IsBackground = true, Name = "reeve-call" }.UnsafeStart();
    }

    private static void Serve(Action work)
    {
        using var seat = new Seat();
        for (Action? next = work; next is not null; next = seat.Work)
        {
            next();
            seat.Work = null;
            lock (Gate)
                Waiting.Push(seat);
            if (seat.Called.Wait(Idle))
            {
                seat.Called.Reset();
                continue;
            }

            lock (Gate)
            {
                if (seat.Work is null)
                {
                    Forget(seat);
                    return;
                }
            }

            seat.Called.Reset(); // called in the moment it gave up waiting
        }
    }

    private static void Forget(Seat gone)
    {
        var others = Waiting.Where(seat => seat != gone).Reverse().ToList();
        Waiting.Clear();
        others.ForEach(Waiting.Push);
    }

    private sealed class Seat : IDisposable
    {
        public ManualResetEventSlim Called { get; } = new();

        public Action? Work { get; set; }

        public void Dispose() => Called.Dispose();
    }
}
