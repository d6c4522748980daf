namespace Reeve.Server.Tests;

/// <summary>The system's clock, moved; timers are the system's.</summary>
internal sealed class MovedClock : TimeProvider
{
    /// <summary>Time that has passed.</summary>
    internal TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset + Jump;

    /// <summary>Set by hand: nothing else knows of it.</summary>
    internal TimeSpan Jump { get; set; }

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Offset.TotalSeconds * TimestampFrequency);
}
