namespace Reeve.Tests;

/// <summary>A clock whose timers ring only by hand; the time of day is the system's.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state, dueTime);
        lock (_gate)
        {
            _timers.Add(timer);
            _added.TrySetResult();
            _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return timer;
    }

    /// <summary>Waits until somebody waits for this long.</summary>
    public async Task TimerAsync(TimeSpan due)
    {
        while (true)
        {
            Task added;
            lock (_gate)
            {
                if (_timers.Exists(timer => timer.Due == due))
                    return;
                added = _added.Task;
            }

            await added;
        }
    }

    /// <summary>Lets the timers of this length ring.</summary>
    public void Fire(TimeSpan due)
    {
        List<HandTimer> ringing;
        lock (_gate)
        {
            ringing = _timers.FindAll(timer => timer.Due == due);
            _timers.RemoveAll(timer => timer.Due == due);
        }

        ringing.ForEach(timer => timer.Ring());
    }

    private sealed class HandTimer(HandClock clock, TimerCallback callback, object? state, TimeSpan due) : ITimer
    {
        public TimeSpan Due { get; private set; } = due;

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
                Due = dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
