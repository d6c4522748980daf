using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.ConcurrencyLimits;

/// <summary>
/// Clears away slot leases that lapsed, and wakes who waits for what they held. Nobody counts a lapsed lease in the meantime: this loop only makes room in the tables and
/// tells the waiting.
/// </summary>
internal sealed partial class SlotLeaseReaper(Database database, Orchestrator orchestrator, UpkeepOptions upkeep, TimeProvider clock, ILogger<SlotLeaseReaper> log)
    : PeriodicService(upkeep.LeasesEvery, clock, log)
{
    private const int MostInOneRound = 500;

    internal override async Task RunOnceAsync(CancellationToken cancellation)
    {
        var now = Clock.Now();
        var lapsed = await database.ReadAsync(
            session => session.QueryAsync(
                "select id from concurrency_lease where expires <= @now order by expires limit @most", static row => row.Id(0), ("now", now), ("most", MostInOneRound)),
            cancellation).ConfigureAwait(false);
        await EachAsync(lapsed, lease => database.WriteAsync(session => ReapAsync(session, lease), cancellation).AsTask()).ConfigureAwait(false);
    }

    // looked at again inside the transaction: it may have been given back in between
    private async ValueTask ReapAsync(Session session, Guid lease)
    {
        var now = Clock.Now();
        var limits = await session.QueryAsync(
            """
            select s.limit_id, exists (select 1 from deployment d where d.concurrency_limit_id = s.limit_id)
            from concurrency_slot s join concurrency_lease l on l.id = s.lease_id where l.id = @lease and l.expires <= @now order by s.limit_id
            """,
            static row => (Id: row.Id(0), HasDeployment: row.Flag(1)), ("lease", lease), ("now", now)).ConfigureAwait(false);
        var holder = await session.QueryFirstAsync(
            "delete from concurrency_lease where id = @lease and expires <= @now returning holder_type, holder_id",
            static row => (Found: true, Type: row.TextOrNull(0), Id: row.IdOrNull(1)), ("lease", lease), ("now", now)).ConfigureAwait(false);
        if (!holder.Found)
            return;
        foreach (var (limitId, hasDeployment) in limits)
        {
            session.Wake(ConcurrencySlots.Topic(limitId));
            if (hasDeployment)
                await orchestrator.CallWaitingAsync(session, limitId, now).ConfigureAwait(false);
        }
        session.AfterCommit(() => Reaped(lease, holder.Type ?? "somebody unnamed", holder.Id, limits.Count));
    }

    [LoggerMessage(LogLevel.Information, "The slot lease {Lease} of {HolderType} {HolderId} lapsed; slots of {Limits} limits are free again")]
    private partial void Reaped(Guid lease, string holderType, Guid? holderId, int limits);
}
