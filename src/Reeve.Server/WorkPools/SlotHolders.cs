using Reeve.Protocol.WorkPools;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>The runs that hold slots of a queue or of all queues of a pool: those that are Pending, Running or Cancelling.</summary>
internal static class SlotHolders
{
    private const string Active = "fr.state_type in ('PENDING', 'RUNNING', 'CANCELLING')";

    internal const string OfQueue = "fr.work_queue_id = @of";
    internal const string OfPool = "fr.work_queue_id in (select id from work_queue where work_pool_id = @of)";

    /// <summary>How many slots of the queue <c>q</c> are taken; null where it has no limit.</summary>
    internal const string TakenOfQueue = $"case when q.concurrency_limit is not null then (select cast(count(*) as integer) from flow_run fr where {Active} and fr.work_queue_id = q.id) end";

    /// <summary>The same of the pool <c>p</c>.</summary>
    internal const string TakenOfPool = $"""
        case when p.concurrency_limit is not null then
            (select cast(count(*) as integer) from flow_run fr where {Active} and fr.work_queue_id in (select id from work_queue where work_pool_id = p.id)) end
        """;

    internal static async ValueTask<int> CountAsync(Session session, string whose, Guid of) =>
        (int)await session.ScalarAsync($"select count(*) from flow_run fr where {Active} and {whose}", ("of", of)).ConfigureAwait(false);

    /// <summary>The oldest first.</summary>
    internal static ValueTask<List<FlowRunSlotSummary>> ReadAsync(Session session, string whose, Guid of, int limit, int offset, DateTimeOffset now) => session.QueryAsync(
        $"""
        select fr.id, fr.name, fr.state_type, fr.state_name, fr.start_time, fr.state_timestamp from flow_run fr where {Active} and {whose}
        order by fr.state_timestamp, fr.id limit @limit offset @offset
        """,
        row => new FlowRunSlotSummary(
            row.Id(0), row.Text(1), StateRows.TypeOrNull(row, 2), row.TextOrNull(3), row.TimeOrNull(4), row.TimeOrNull(5),
            row.TimeOrNull(5) is { } since ? Math.Max(0, (now - since).TotalSeconds) : null),
        ("of", of), ("limit", limit), ("offset", offset));
}
