using Reeve.Protocol;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Filters;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Artifacts;

/// <summary>The artifacts' SQL. An artifact outlives its run: people keep reports, and delete runs.</summary>
internal sealed class ArtifactsStore(TimeProvider clock)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Artifact not found.");

    // longer metadata are cut, as clients know it
    private const int LongestMetadata = 500;

    private const string Columns = "a.id, a.created, a.updated, a.key, a.type, a.description, a.data, a.metadata, a.flow_run_id, a.task_run_id";

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["CREATED_DESC"] = "a.created desc, a.id desc",
        ["UPDATED_DESC"] = "a.updated desc, a.id desc",
        ["ID_DESC"] = "a.id desc",
        ["KEY_DESC"] = "a.key desc, a.id desc",
        ["KEY_ASC"] = "a.key, a.id",
    };

    private static readonly Dictionary<string, string> CollectionOrders = new(StringComparer.Ordinal)
    {
        ["CREATED_DESC"] = "c.created desc, c.id desc",
        ["UPDATED_DESC"] = "c.updated desc, c.id desc",
        ["ID_DESC"] = "c.id desc",
        ["KEY_DESC"] = "c.key desc",
        ["KEY_ASC"] = "c.key",
    };

    private const string LatestFrom = "from artifact_collection c join artifact a on a.id = c.latest_id";

    internal async ValueTask<Artifact> CreateAsync(Session session, ArtifactCreate artifact)
    {
        var now = clock.Now();
        var id = Ids.New(now);
        await session.ExecuteAsync(
            """
            insert into artifact (id, created, updated, key, type, description, data, metadata, flow_run_id, task_run_id)
            values (@id, @now, @now, @key, @type, @description, @data, @metadata, @flow_run, @task_run)
            """,
            ("id", id), ("now", now), ("key", artifact.Key), ("type", artifact.Type), ("description", artifact.Description), ("data", artifact.Data),
            ("metadata", Metadata(artifact.Metadata)), ("flow_run", artifact.FlowRunId), ("task_run", artifact.TaskRunId)).ConfigureAwait(false);
        if (artifact.Key is { } key)
        {
            var collection = Ids.New(now);
            await session.ExecuteAsync(
                """
                insert into artifact_collection (id, created, updated, key, latest_id) values (@id, @now, @now, @key, @latest)
                on conflict (key) do update set updated = excluded.updated, latest_id = excluded.latest_id
                """,
                ("id", collection), ("now", now), ("key", key), ("latest", id)).ConfigureAwait(false);
            await TellAsync(session, now, collection, key).ConfigureAwait(false);
        }
        return (await ReadAsync(session, id).ConfigureAwait(false))!;
    }

    internal static ValueTask<Artifact?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from artifact a where a.id = @id", Read, ("id", id));

    internal static ValueTask<Artifact?> ReadLatestAsync(Session session, string key) =>
        session.QueryFirstAsync($"select {Columns} {LatestFrom} where c.key = @key", Read, ("key", key));

    internal static ValueTask<List<Artifact>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync($"select {Columns} from artifact a {Where(on, query)} {Page.Order(query.Sort, "ID_DESC", Orders)} {Page.Sql(query)}", Read, on.Parameters);
    }

    internal static ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) from artifact a {Where(on, query)}", on.Parameters);
    }

    internal static ValueTask<List<ArtifactCollection>> FilterLatestAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync(
            $"select {Columns}, c.id, c.created, c.updated {LatestFrom} {Where(on, query)} {Page.Order(query.Sort, "ID_DESC", CollectionOrders)} {Page.Sql(query)}",
            ReadCollection, on.Parameters);
    }

    internal static ValueTask<long> CountLatestAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) {LatestFrom} {Where(on, query)}", on.Parameters);
    }

    internal async ValueTask<Refusal?> UpdateAsync(Session session, Guid id, ArtifactUpdate update)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return NotFound;
        var now = clock.Now();
        await session.ExecuteAsync(
            "update artifact set updated = @now, data = @data, description = @description, metadata = @metadata where id = @id",
            ("now", now), ("data", update.Data.Or(known.Data)), ("description", update.Description.Or(known.Description)),
            ("metadata", Metadata(update.Metadata.Or(known.Metadata))), ("id", id)).ConfigureAwait(false);
        await session.ExecuteAsync("update artifact_collection set updated = @now where latest_id = @id", ("now", now), ("id", id)).ConfigureAwait(false);
        return null;
    }

    /// <summary>Deletes an artifact. Where it was the newest of its key, the one before takes its place.</summary>
    internal async ValueTask<Refusal?> DeleteAsync(Session session, Guid id)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return NotFound;
        ArtifactCollection? told = null;
        if (known.Key is { } key)
        {
            told = await CollectionAsync(session, key).ConfigureAwait(false);
            // the collection's row stays locked: no newer artifact of the key is made meanwhile
            await session.ExecuteAsync(
                """
                update artifact_collection set updated = @now, latest_id = coalesce(
                    (select a.id from artifact a where a.key = @key and a.id <> @id order by a.created desc, a.id desc limit 1), latest_id)
                where key = @key and latest_id = @id
                """,
                ("now", clock.Now()), ("key", key), ("id", id)).ConfigureAwait(false);
        }
        await session.ExecuteAsync("delete from artifact where id = @id", ("id", id)).ConfigureAwait(false);
        if (told is { } before && before.LatestId == id)
        {
            var after = await CollectionAsync(session, before.Key).ConfigureAwait(false);
            Tell(session, clock.Now(), after is null ? ObjectEvents.Deleted : ObjectEvents.Updated, after ?? before);
        }
        return null;
    }

    private static ValueTask<ArtifactCollection?> CollectionAsync(Session session, string key) =>
        session.QueryFirstAsync($"select {Columns}, c.id, c.created, c.updated {LatestFrom} where c.key = @key", ReadCollection, ("key", key));

    private static async ValueTask TellAsync(Session session, DateTimeOffset now, Guid wouldBe, string key)
    {
        var collection = (await CollectionAsync(session, key).ConfigureAwait(false))!;
        Tell(session, now, collection.Id == wouldBe ? ObjectEvents.Created : ObjectEvents.Updated, collection);
    }

    private static void Tell(Session session, DateTimeOffset now, string action, ArtifactCollection collection)
    {
        List<Dictionary<string, string>> related = [ObjectEvents.Related("artifact", collection.LatestId, role: "latest")];
        if (collection.FlowRunId is { } flowRun)
            related.Add(ObjectEvents.Related("flow-run", flowRun));
        if (collection.TaskRunId is { } taskRun)
            related.Add(ObjectEvents.Related("task-run", taskRun));
        ObjectEvents.Tell(session, now, new("artifact-collection", action, collection.Id, collection.Key)
        {
            Related = related,
            Payload = new() { ["key"] = collection.Key, ["type"] = collection.Type, ["data"] = ObjectEvents.Node(collection.Data), ["description"] = collection.Description },
        });
    }

    private static string Where(Conditions on, Query query) => Conditions.Where(
        query.Artifacts is not { } filter ? null : Conditions.Join(
            filter.Operator,
            Criteria.Of(on, "a.id", filter.Id),
            Criteria.Of(on, "a.id", filter.LatestId),
            Of(on, filter.Key),
            Criteria.Of(on, "a.flow_run_id", filter.FlowRunId),
            Criteria.Of(on, "a.task_run_id", filter.TaskRunId),
            Criteria.Of(on, "a.type", filter.Type)),
        RunCriteria.In("a.flow_run_id", "fr.id from flow_run fr", RunCriteria.Of(on, "fr", query.FlowRuns)),
        RunCriteria.In("a.task_run_id", "tr.id from task_run tr", RunCriteria.Of(on, "tr", query.TaskRuns)),
        RunCriteria.In("a.flow_run_id", "fr.id from flow_run fr join flow f on f.id = fr.flow_id", RunCriteria.Of(on, "f", query.Flows)),
        RunCriteria.In("a.flow_run_id", "fr.id from flow_run fr join deployment d on d.id = fr.deployment_id", WorkCriteria.Of(on, "d", query.Deployments)));

    private static string? Of(Conditions on, KeyFilter? filter) => filter is null ? null : Conditions.Join(
        null,
        Criteria.Of(on, "a.key", new AnyOf<string> { Any = filter.Any, Like = filter.Like }),
        filter.Exists is { } exists ? $"a.key is {(exists ? "not " : "")}null" : null);

    private static SqlValue Metadata(IReadOnlyDictionary<string, string>? metadata) => SqlValue.Json(
        metadata?.ToDictionary(m => m.Key, m => m.Value.Length > LongestMetadata ? string.Concat(m.Value.AsSpan(0, LongestMetadata), "...") : m.Value));

    private static Artifact Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        Key = row.TextOrNull(3),
        Type = row.TextOrNull(4),
        Description = row.TextOrNull(5),
        Data = row.ElementOrNull(6),
        Metadata = row.JsonOrNull<Dictionary<string, string>>(7),
        FlowRunId = row.IdOrNull(8),
        TaskRunId = row.IdOrNull(9),
    };

    private static ArtifactCollection ReadCollection(Row row) => new()
    {
        LatestId = row.Id(0),
        Key = row.Text(3),
        Type = row.TextOrNull(4),
        Description = row.TextOrNull(5),
        Data = row.ElementOrNull(6),
        Metadata = row.JsonOrNull<Dictionary<string, string>>(7),
        FlowRunId = row.IdOrNull(8),
        TaskRunId = row.IdOrNull(9),
        Id = row.Id(10),
        Created = row.Time(11),
        Updated = row.Time(12),
    };
}
