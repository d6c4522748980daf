namespace Reeve.Server.Tests;

/// <summary>The system's clock, moved; timers are the system's.</summary>
internal sealed class MovedClock : TimeProvider
{
    internal TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
