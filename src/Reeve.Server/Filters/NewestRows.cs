using System.Collections.Concurrent;
using Reeve.Server.Storage;

namespace Reeve.Server.Filters;

/// <summary>
/// Where the newest rows of a table begin, in which a page is looked for first. To find that out is to walk over all of them, so it is kept for some seconds: a page that
/// those rows fill is the same from whichever row on they count as the newest.
/// </summary>
internal sealed class NewestRows(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<(string Time, int Most), (SqlValue? From, DateTimeOffset Until)> known = new();

    /// <summary>The value of the time, or of the id, from which on a row is among the newest; null where there are no more rows than these. <paramref name="order"/> begins with it.</summary>
    internal async ValueTask<SqlValue?> SinceAsync(Session session, string time, string from, string order, int most)
    {
        var now = clock.GetUtcNow();
        if (known.TryGetValue((time, most), out var last) && now < last.Until && last.Until - now <= Kept)
            return last.From;
        var since = await session.QueryFirstAsync(
            $"select {time} from {from} {order} limit 1 offset @most",
            row => row.IsNull(0) ? (SqlValue?)null : time.EndsWith(".id", StringComparison.Ordinal) ? (SqlValue)row.Id(0) : (SqlValue)row.Time(0),
            ("most", most)).ConfigureAwait(false);
        known[(time, most)] = (since, now + Kept);
        return since;
    }
}
