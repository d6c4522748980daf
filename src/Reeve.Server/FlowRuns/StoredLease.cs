using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>A row of <c>flow_run_lease</c>: the newest holder of a run. Released: its run ended, or gave up its process.</summary>
internal sealed record StoredLease(Guid Token, int Attempt, string Owner, double Seconds, DateTimeOffset Renewed, string RenewedBy, DateTimeOffset Expires, DateTimeOffset? Released)
{
    /// <summary>What <see cref="ReadOrNull"/> reads of the table under the alias <c>l</c>.</summary>
    internal const string Columns = "l.token, l.attempt, l.owner, l.length, l.renewed, l.renewed_by, l.expires, l.released";

    internal const int ColumnCount = 8;

    internal static StoredLease? ReadOrNull(Row row, int at) => row.IsNull(at)
        ? null
        : new(row.Id(at), row.Int(at + 1), row.Text(at + 2), row.Real(at + 3), row.Time(at + 4), row.Text(at + 5), row.Time(at + 6), row.TimeOrNull(at + 7));

    /// <summary>What the holder of an older token is told.</summary>
    internal string Superseding => $"This lease was superseded: attempt {Attempt} ({Owner}) has the flow run now. Stop this process.";

    internal bool IsHeld(DateTimeOffset now) => Released is null && Expires > now;
}
