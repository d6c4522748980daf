using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.Flows;

/// <summary>The flows' SQL.</summary>
internal sealed class FlowsStore(TimeProvider clock)
{
    private const string Columns = "f.id, f.created, f.updated, f.name, f.tags, f.labels";

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["CREATED_DESC"] = "f.created desc, f.id desc",
        ["UPDATED_DESC"] = "f.updated desc, f.id desc",
        ["NAME_ASC"] = "f.name",
        ["NAME_DESC"] = "f.name desc",
    };

    /// <summary>Names a flow; a known name answers with the flow that has it.</summary>
    internal async ValueTask<(Flow Flow, bool IsNew)> CreateAsync(Session session, FlowCreate flow)
    {
        var now = clock.Now();
        var added = await session.ExecuteAsync(
            """
            insert into flow (id, created, updated, name, tags, labels) values (@id, @now, @now, @name, @tags, @labels)
            on conflict (name) do nothing
            """,
            ("id", Ids.New(now)), ("now", now), ("name", flow.Name), ("tags", SqlValue.Json(flow.Tags)), ("labels", SqlValue.Json(flow.Labels ?? WireJson.EmptyObject))).ConfigureAwait(false);
        var named = (await ReadByNameAsync(session, flow.Name).ConfigureAwait(false))!;
        if (added == 1)
            Tell(session, ObjectEvents.Created, named);
        return (named, added == 1);
    }

    internal ValueTask<Flow?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from flow f where f.id = @id", Read, ("id", id));

    internal ValueTask<Flow?> ReadByNameAsync(Session session, string name) =>
        session.QueryFirstAsync($"select {Columns} from flow f where f.name = @name", Read, ("name", name));

    internal ValueTask<List<Flow>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync(
            $"select {Columns} from flow f {Where(on, query)} {Page.Order(query.Sort, "NAME_ASC", Orders)} {Page.Sql(query)}", Read, on.Parameters);
    }

    internal ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) from flow f {Where(on, query)}", on.Parameters);
    }

    internal async ValueTask<bool> UpdateAsync(Session session, Guid id, FlowUpdate update)
    {
        await session.ExecuteAsync(
            "update flow set updated = @now, tags = coalesce(@tags, tags) where id = @id",
            ("now", clock.Now()), ("tags", SqlValue.Json(update.Tags)), ("id", id)).ConfigureAwait(false);
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } changed)
            return false;
        Tell(session, ObjectEvents.Updated, changed);
        return true;
    }

    /// <summary>Runs and deployments go with their flow; log lines do not by themselves.</summary>
    internal async ValueTask<bool> DeleteAsync(Session session, Guid id)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return false;
        Tell(session, ObjectEvents.Deleted, known);
        await session.ExecuteAsync("delete from log where flow_run_id in (select fr.id from flow_run fr where fr.flow_id = @id)", ("id", id)).ConfigureAwait(false);
        return await session.ExecuteAsync("delete from flow where id = @id", ("id", id)).ConfigureAwait(false) == 1;
    }

    private void Tell(Session session, string action, Flow flow) => ObjectEvents.Tell(session, clock.Now(), new("flow", action, flow.Id, flow.Name)
    {
        Payload = new() { ["name"] = flow.Name, ["tags"] = ObjectEvents.Node(flow.Tags), ["labels"] = ObjectEvents.Node(flow.Labels) },
    });

    private static string Where(Conditions on, Query query) => Conditions.Where(
        RunCriteria.Of(on, "f", query.Flows),
        RunCriteria.In("f.id", "fr.flow_id from flow_run fr", RunCriteria.Of(on, "fr", query.FlowRuns)),
        RunCriteria.In("f.id", "fr.flow_id from flow_run fr join task_run tr on tr.flow_run_id = fr.id", RunCriteria.Of(on, "tr", query.TaskRuns)),
        RunCriteria.In("f.id", "d.flow_id from deployment d", WorkCriteria.Of(on, "d", query.Deployments)),
        RunCriteria.In(
            "f.id",
            "d.flow_id from deployment d join work_queue wq on wq.id = d.work_queue_id join work_pool wp on wp.id = wq.work_pool_id",
            WorkCriteria.Of(on, "wp", query.WorkPools)),
        RunCriteria.In("f.id", "d.flow_id from deployment d join work_queue wq on wq.id = d.work_queue_id", WorkCriteria.Of(on, "wq", query.WorkPoolQueues ?? query.WorkQueues)));

    private static Flow Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        Name = row.Text(3),
        Tags = row.Json<IReadOnlyList<string>>(4),
        Labels = row.Element(5),
    };
}
