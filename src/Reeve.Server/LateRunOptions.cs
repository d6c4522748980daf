namespace Reeve.Server;

/// <summary>When a scheduled run that nobody took is late.</summary>
public sealed record LateRunOptions
{
    /// <summary>The pause between two looks.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long past its time a run is not yet late.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(15);
}
