using System.Text.Json.Nodes;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Events;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>What is told of work pools and queues besides their status, which <see cref="WorkerMonitor"/> tells.</summary>
internal static class WorkEvents
{
    internal const string PoolType = "prefect.work-pool.type";

    /// <summary>Changes of these are told; a pause is told as a status.</summary>
    internal static readonly Dictionary<string, Func<WorkPool, JsonNode?>> PoolFields = new(StringComparer.Ordinal)
    {
        ["description"] = static pool => pool.Description,
        ["base_job_template"] = static pool => ObjectEvents.Node(pool.BaseJobTemplate),
        ["concurrency_limit"] = static pool => pool.ConcurrencyLimit,
        ["storage_configuration"] = static pool => ObjectEvents.Node(pool.StorageConfiguration),
    };

    internal static readonly Dictionary<string, Func<WorkQueue, JsonNode?>> QueueFields = new(StringComparer.Ordinal)
    {
        ["name"] = static queue => queue.Name,
        ["description"] = static queue => queue.Description,
        ["concurrency_limit"] = static queue => queue.ConcurrencyLimit,
        ["priority"] = static queue => queue.Priority,
    };

    internal static void Tell(Session session, DateTimeOffset now, string action, WorkPool pool, JsonObject? changes = null)
    {
        List<Dictionary<string, string>> related = [];
        if (changes is null && pool.DefaultQueueId is { } queue)
            related.Add(ObjectEvents.Related("work-queue", queue, role: "default-queue"));
        if (changes is null && ObjectEvents.Node(pool.StorageConfiguration)?["default_result_storage_block_id"] is { } storage && Guid.TryParse(storage.ToString(), out var block))
            related.Add(ObjectEvents.Related("block-document", block, role: "result-storage"));
        ObjectEvents.Tell(session, now, new("work-pool", action, pool.Id, pool.Name)
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [PoolType] = pool.Type, [EventMatcher.Role] = "work-pool" },
            Related = related,
            Payload = changes,
        });
    }

    internal static async ValueTask TellAsync(Session session, DateTimeOffset now, string action, WorkQueue queue, JsonObject? changes = null)
    {
        var pool = await session.QueryFirstAsync(
            "select id, name, type from work_pool where id = @id", static row => RelatedPool(row.Id(0), row.Text(1), row.Text(2)), ("id", queue.WorkPoolId)).ConfigureAwait(false);
        ObjectEvents.Tell(session, now, new("work-queue", action, queue.Id, queue.Name)
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [EventMatcher.Role] = "work-queue" },
            Related = pool is null ? [] : [pool],
            Payload = changes,
        });
    }

    internal static Dictionary<string, string> RelatedPool(Guid id, string name, string type)
    {
        var pool = ObjectEvents.Related("work-pool", id, name);
        pool[PoolType] = type;
        return pool;
    }
}
