namespace Reeve.Tests;

/// <summary>The system's clock, whose time of day can be set.</summary>
internal sealed class SettableClock : TimeProvider
{
    public TimeSpan Jump { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;
}
