namespace Reeve.Protocol;

/// <summary>Makes the ids of everything that Reeve stores.</summary>
public static class Ids
{
    /// <summary>A new UUID of version 7 for the given moment: ids sort by time, so every index grows at its end.</summary>
    public static Guid New(DateTimeOffset now) => Guid.CreateVersion7(now);
}
