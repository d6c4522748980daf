namespace Reeve.Server.Tests;

/// <summary>A clock that stands until it is told that time has passed: two questions are asked at one instant. Timers are the system's.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private long ticks = System.GetUtcNow().UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    internal void Pass(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
