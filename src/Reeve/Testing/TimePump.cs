using Reeve.Testing.Api;

namespace Reeve.Testing;

/// <summary>Moves virtual time while a host's code runs: whenever all of it waits, to the next timer.</summary>
internal sealed class TimePump(HostActivity activity, VirtualTime time, MemoryRuns runs, FlowTestOptions options)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(1);

    // Rounds of an empty pool that prove the host idle. One is exact while nobody else uses the pool; among parallel tests a thread may have taken
    // a piece of the host's work and not begun it, and only time tells.
    private const int QuietRounds = 1;
    private const int EagerRounds = 20;
    private const int CrowdedRounds = 23;

    private const int EagerPauses = 50;

    private long _version;
    private int _pauses;
    private long _since;

    /// <summary>Returns when <paramref name="work"/> has ended, however it ended.</summary>
    /// <exception cref="FlowAssertionException">It did not end within the options' limit of real time.</exception>
    public async Task RunAsync(Task work)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!work.IsCompleted)
        {
            if (TimeProvider.System.GetElapsedTime(start) > options.RealTimeLimit)
                throw new FlowAssertionException($"The code did not end within {options.RealTimeLimit.TotalSeconds:0.#} seconds of real time. {runs.Unfinished()}");
            if (time.IsHeld || !await IsIdleAsync() || work.IsCompleted || !time.Jump(runs.AwaitRound))
                await PauseAsync(work);
            else
                _pauses = 0;
        }
    }

    // Most work after a jump is done within microseconds; only what takes longer is waited for by the clock.
    private async Task PauseAsync(Task work)
    {
        if (++_pauses <= EagerPauses)
            await Task.Yield();
        else
            await Task.WhenAny(work, Task.Delay(Breath, TimeProvider.System));
    }

    private async Task<bool> IsIdleAsync()
    {
        var before = activity.Feel();
        if (before.Version != _version)
        {
            _version = before.Version;
            _since = TimeProvider.System.GetTimestamp();
        }

        if (before.Busy > 0 || !await IsPoolEmptyAsync(before))
            return false;

        // Somebody waits for what this time cannot see: real work gets real time, but not for ever, for it may wait for a timeout.
        var isPlain = before.Stalled == 0 && runs.Running().All(time.IsAwaitedBy);
        return (isPlain || TimeProvider.System.GetElapsedTime(_since) > options.RealWait) && activity.Feel() == before;
    }

    /// <summary>True when no work of the host waits for a thread of the pool or has just been taken by one.</summary>
    private async Task<bool> IsPoolEmptyAsync(Pulse before)
    {
        for (var round = 0; round < CrowdedRounds; round++)
        {
            await Task.Yield(); // by the pool's queue: what was queued before has been taken when this goes on
            if (ThreadPool.PendingWorkItemCount > 0 || activity.Feel() != before)
                return false;
            if (round >= QuietRounds && ThreadsAtWork() <= 1 + before.Waiting)
                return true;
            if (round > EagerRounds)
                await Task.Delay(Breath, TimeProvider.System);
        }

        return true;
    }

    private static int ThreadsAtWork()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return most - free;
    }
}
