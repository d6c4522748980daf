namespace Reeve.Server.Tests;

/// <summary>The system's clock, moved, whose timers never fire: no loop does anything after its first round.</summary>
internal sealed class StillClock : TimeProvider
{
    private long ticks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref ticks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    internal void Pass(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
