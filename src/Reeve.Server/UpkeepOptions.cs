namespace Reeve.Server;

/// <summary>How often the server looks for what ends by itself: pauses, leases, and the children of cancelled runs.</summary>
public sealed record UpkeepOptions
{
    /// <summary>Whether this server fails runs whose pause is over.</summary>
    public bool EndsPauses { get; init; } = true;

    /// <summary>The pause between two looks for pauses that are over.</summary>
    public TimeSpan PausesEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether this server cancels what cancelled runs leave behind.</summary>
    public bool CancelsChildren { get; init; } = true;

    /// <summary>The pause between two looks for children of cancelled runs.</summary>
    public TimeSpan ChildrenEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause between two looks for leases, of runs and of slots, that lapsed.</summary>
    public TimeSpan LeasesEvery { get; init; } = TimeSpan.FromSeconds(2);
}
