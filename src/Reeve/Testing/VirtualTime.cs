using System.Diagnostics.CodeAnalysis;

namespace Reeve.Testing;

/// <summary>
/// The time of a <see cref="FlowTestHost"/>. It stands still while code runs, and jumps to the next timer when all code waits; so an hour's
/// delay takes a millisecond. It starts at <see cref="Start"/> in UTC. Code under test takes part when it waits by this provider:
/// <c>Task.Delay(delay, host.Time, token)</c>. Safe for concurrent use.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Timers belong to who made them.")]
public sealed class VirtualTime : TimeProvider
{
    private readonly SortedSet<VirtualTimer> _armed = new(VirtualTimer.ByDue);
    private readonly Lock _gate = new();
    private readonly HostActivity _activity;
    private DateTimeOffset _now;
    private long _made;
    private int _holds;

    internal VirtualTime(HostActivity activity, DateTimeOffset start)
    {
        _activity = activity;
        _now = Start = start;
    }

    /// <summary>The first moment of this time.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>How much of this time has passed.</summary>
    public TimeSpan Elapsed => GetUtcNow() - Start;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal bool IsHeld => Volatile.Read(ref _holds) > 0;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    /// <inheritdoc />
    public override long GetTimestamp() => Elapsed.Ticks;

    /// <summary>
    /// Keeps the time from jumping until the returned object is disposed. For work that this time cannot see: requests over the network, files,
    /// other processes, waits without this provider.
    /// </summary>
    public IDisposable Hold()
    {
        Interlocked.Increment(ref _holds);
        return new Held(this);
    }

    /// <summary>Moves the time by hand; timers that become due fire, and their code runs on the thread pool.</summary>
    /// <param name="by">How far; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        MoveTo(GetUtcNow() + by);
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var owner = TaskRunContext.Current?.Id ?? FlowRunContext.Current?.Id;
        var timer = new VirtualTimer(this, Interlocked.Increment(ref _made), owner, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>True when the run waits for a timer that its own code set.</summary>
    internal bool IsAwaitedBy(Guid run)
    {
        lock (_gate)
            return _armed.Any(timer => timer.Owner == run);
    }

    /// <summary>
    /// Jumps to the next timer. Those of the engine's own rounds, such as the renewal of leases, do not count: they come along, once, or an hour
    /// would be 180 jumps. They count when nothing else is there or when somebody waits for them.
    /// </summary>
    /// <returns>False when no timer is set.</returns>
    internal bool Jump(bool toRounds)
    {
        DateTimeOffset? due;
        lock (_gate)
            due = (toRounds ? null : _armed.FirstOrDefault(timer => !timer.IsRound)?.Due) ?? _armed.Min?.Due;
        if (due is not { } moment)
            return false;
        MoveTo(moment);
        return true;
    }

    internal void Arm(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            timer.Period = period;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            timer.Due = _now + dueTime;
            if (dueTime > TimeSpan.Zero)
                _armed.Add(timer);
            else
                Fire(timer);
        }

        _activity.Touch();
    }

    internal bool Disarm(VirtualTimer timer)
    {
        lock (_gate)
            return _armed.Remove(timer);
    }

    private void MoveTo(DateTimeOffset moment)
    {
        lock (_gate)
        {
            _now = moment > _now ? moment : _now;
            foreach (var timer in _armed.TakeWhile(timer => timer.Due <= moment).ToList())
            {
                _armed.Remove(timer);
                Fire(timer);
            }
        }
    }

    private void Fire(VirtualTimer timer)
    {
        if (timer.Period > TimeSpan.Zero)
        {
            timer.Due = _now + timer.Period;
            _armed.Add(timer);
        }

        _activity.Queue(timer.Call);
    }

    private sealed class Held(VirtualTime time) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                Interlocked.Decrement(ref time._holds);
        }
    }
}
