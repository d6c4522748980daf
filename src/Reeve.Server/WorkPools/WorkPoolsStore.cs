using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary>The work pools' SQL.</summary>
internal sealed class WorkPoolsStore(TimeProvider clock, WorkQueuesStore queues)
{
    internal const string AgentPool = "default-agent-pool";
    internal const string AgentType = "prefect-agent";
    internal const string DefaultQueue = "default";

    private const string Columns = """
        p.id, p.created, p.updated, p.name, p.description, p.type, p.base_job_template, p.is_paused, p.concurrency_limit, p.default_queue_id, p.storage_configuration,
        exists (select 1 from worker w where w.work_pool_id = p.id and w.online_until >= @now)
        """;

    private static readonly string[] StorageParts = ["bundle_upload_step", "bundle_execution_step", "default_result_storage_block_id"];

    internal async ValueTask<Outcome<WorkPool>> CreateAsync(Session session, WorkPoolCreate pool)
    {
        var now = clock.Now();
        var (id, queueId) = (Ids.New(now), Ids.New(now));
        var added = await session.ExecuteAsync(
            """
            insert into work_pool (id, created, updated, name, description, type, base_job_template, is_paused, concurrency_limit, default_queue_id, storage_configuration)
            values (@id, @now, @now, @name, @description, @type, @template, @paused, @limit, @queue, @storage) on conflict (name) do nothing
            """,
            ("id", id), ("now", now), ("name", pool.Name), ("description", pool.Description), ("type", pool.Type ?? AgentType),
            ("template", pool.BaseJobTemplate ?? WireJson.EmptyObject), ("paused", pool.IsPaused), ("limit", pool.ConcurrencyLimit), ("queue", queueId),
            ("storage", WithEveryPart(pool.StorageConfiguration))).ConfigureAwait(false);
        if (added == 0)
            return Refusal.Conflict($"A work pool named \"{pool.Name}\" already exists.");
        await queues.InsertAsync(session, id, queueId, new WorkQueueCreate { Name = DefaultQueue, Description = "The work pool's default queue.", Priority = 1 }).ConfigureAwait(false);
        session.Wake(WorkSignals.Health);
        var made = (await ReadAsync(session, pool.Name).ConfigureAwait(false))!;
        WorkEvents.Tell(session, now, ObjectEvents.Created, made);
        return made;
    }

    /// <summary>The pool of agents' queues, made anew where it was deleted.</summary>
    internal async ValueTask<WorkPool> AgentPoolAsync(Session session) =>
        await ReadAsync(session, AgentPool).ConfigureAwait(false)
        ?? (await CreateAsync(session, new WorkPoolCreate { Name = AgentPool, Type = AgentType }).ConfigureAwait(false)).Value!;

    internal ValueTask<WorkPool?> ReadAsync(Session session, string name) =>
        session.QueryFirstAsync($"select {Columns} from work_pool p where p.name = @name", Read, ("name", name), ("now", clock.Now()));

    internal ValueTask<List<WorkPool>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(WorkCriteria.Of(on, "p", query.WorkPools));
        return session.QueryAsync($"select {Columns} from work_pool p {where} order by p.name {Page.Sql(query)}", Read, [.. on.Parameters, ("now", clock.Now())]);
    }

    internal ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(WorkCriteria.Of(on, "p", query.WorkPools));
        return session.ScalarAsync($"select count(*) from work_pool p {where}", on.Parameters);
    }

    internal async ValueTask<Refusal?> UpdateAsync(Session session, string name, WorkPoolUpdate update)
    {
        if (await ReadAsync(session, name).ConfigureAwait(false) is not { } pool)
            return NotFound(name);
        await session.ExecuteAsync(
            """
            update work_pool set updated = @now, description = @description, is_paused = @paused, base_job_template = @template, concurrency_limit = @limit,
                storage_configuration = @storage
            where id = @id
            """,
            ("now", clock.Now()), ("description", update.Description.Or(pool.Description)), ("paused", update.IsPaused.Or(pool.IsPaused) ?? false),
            ("template", update.BaseJobTemplate.Or(pool.BaseJobTemplate) ?? WireJson.EmptyObject), ("limit", update.ConcurrencyLimit.Or(pool.ConcurrencyLimit)),
            ("storage", WithEveryPart(update.StorageConfiguration.Or(pool.StorageConfiguration))), ("id", pool.Id)).ConfigureAwait(false);
        if (ObjectEvents.Changes(pool, (await ReadAsync(session, name).ConfigureAwait(false))!, WorkEvents.PoolFields) is { } changes)
            WorkEvents.Tell(session, clock.Now(), ObjectEvents.Updated, pool, changes);
        // a pool that is no longer paused or has more room may have work for those who wait
        session.Wake(WorkSignals.Pool(pool.Id));
        session.Wake(WorkSignals.Health);
        return null;
    }

    internal async ValueTask<Refusal?> DeleteAsync(Session session, string name)
    {
        if (await ReadAsync(session, name).ConfigureAwait(false) is not { } pool)
            return NotFound(name);
        foreach (var queue in await queues.AllOfAsync(session, pool.Id).ConfigureAwait(false))
            await WorkEvents.TellAsync(session, clock.Now(), ObjectEvents.Deleted, queue).ConfigureAwait(false);
        await session.ExecuteAsync("delete from work_pool where id = @id", ("id", pool.Id)).ConfigureAwait(false);
        WorkEvents.Tell(session, clock.Now(), ObjectEvents.Deleted, pool);
        return null;
    }

    internal static Refusal NotFound(string name) => Refusal.NotFound($"Work pool \"{name}\" not found.");

    private static JsonElement WithEveryPart(JsonElement? given)
    {
        var parts = given is { ValueKind: JsonValueKind.Object } element ? JsonObject.Create(element)! : [];
        foreach (var part in StorageParts)
            parts.TryAdd(part, null);
        return parts.Deserialize(WireJson.TypeInfo<JsonElement>());
    }

    private static WorkPool Read(Row row)
    {
        var (type, paused) = (row.Text(5), row.Flag(7));
        // agents do not say that they are there: their pools are neither ready nor not
        var ready = row.Flag(11) ? "READY" : type == AgentType ? null : "NOT_READY";
        return new()
        {
            Id = row.Id(0),
            Created = row.Time(1),
            Updated = row.Time(2),
            Name = row.Text(3),
            Description = row.TextOrNull(4),
            Type = type,
            BaseJobTemplate = row.Element(6),
            IsPaused = paused,
            ConcurrencyLimit = row.IntOrNull(8),
            DefaultQueueId = row.IdOrNull(9),
            StorageConfiguration = row.Element(10),
            Status = paused ? "PAUSED" : ready,
        };
    }
}
