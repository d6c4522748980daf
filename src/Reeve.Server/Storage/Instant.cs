namespace Reeve.Server.Storage;

/// <summary>Times as the databases keep them: UTC, whole microseconds.</summary>
internal static class Instant
{
    internal static long ToMicroseconds(DateTimeOffset time) => Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, 10, out var rest) - (rest < 0 ? 1 : 0);

    internal static DateTimeOffset FromMicroseconds(long microseconds) => new(DateTimeOffset.UnixEpoch.Ticks + (microseconds * 10), TimeSpan.Zero);

    /// <summary>The present, cut to what can be stored, so that an answer before and after a read is the same.</summary>
    internal static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow().Cut();

    internal static DateTimeOffset Cut(this DateTimeOffset time) => FromMicroseconds(ToMicroseconds(time));
}
