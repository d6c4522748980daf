namespace Reeve.Protocol;

/// <summary>Makes the ids of everything that Reeve stores.</summary>
public static class Ids
{
    /// <summary>A new UUID of version 7 for the given moment: ids sort by time, so every index grows at its end.</summary>
    public static Guid New(DateTimeOffset now) => Guid.CreateVersion7(now);

    /// <summary>A bound: no id made at this moment or later sorts before it.</summary>
    public static Guid First(DateTimeOffset moment)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(moment).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear(); // what follows the milliseconds
        return new Guid(bytes, bigEndian: true);
    }
}
