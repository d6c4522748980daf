using System.Runtime.CompilerServices;

namespace Reeve.Server.Tests;

/// <summary>The system's clock, moved; timers are the system's.</summary>
internal sealed class MovedClock : TimeProvider
{
    private readonly AsyncLocal<StrongBox<Action?>?> _afterReading = new();

    /// <summary>Time that has passed.</summary>
    internal TimeSpan Offset { get; set; }

    /// <summary>Runs once, in the next one of the caller's own asynchronous flow that reads the clock: between the reading and what is done with it.</summary>
    internal void AfterNextReading(Action action) => _afterReading.Value = new() { Value = action };

    public override DateTimeOffset GetUtcNow()
    {
        var now = System.GetUtcNow() + Offset + Jump;
        if (_afterReading.Value is { } waiting && Interlocked.Exchange(ref waiting.Value, null) is { } action)
            action();
        return now;
    }

    /// <summary>Set by hand: nothing else knows of it.</summary>
    internal TimeSpan Jump { get; set; }

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Offset.TotalSeconds * TimestampFrequency);
}
