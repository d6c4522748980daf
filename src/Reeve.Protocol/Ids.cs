namespace Reeve.Protocol;

/// <summary>Makes the ids of everything that Reeve stores.</summary>
public static class Ids
{
    /// <summary>
    /// A new UUID of version 7 for the given moment: ids sort by time, so every index grows at its end. The twelve bits after the milliseconds
    /// hold their fraction (RFC 9562, section 6.2, method 3), so that what is made within one millisecond sorts too.
    /// </summary>
    public static Guid New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        var fraction = (int)(now.UtcTicks % TimeSpan.TicksPerMillisecond * 4096 / TimeSpan.TicksPerMillisecond);
        bytes[6] = (byte)(0x70 | (fraction >> 8));
        bytes[7] = (byte)fraction;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A bound: no id made at this moment or later sorts before it.</summary>
    public static Guid First(DateTimeOffset moment)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(moment).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear(); // what follows the milliseconds
        return new Guid(bytes, bigEndian: true);
    }
}
