using Reeve.Protocol;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Filters;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Automations;

/// <summary>The automations' SQL. What an automation is related to: the resource that owns it, and the deployments it is told to run.</summary>
internal sealed class AutomationsStore(TimeProvider clock)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Automation not found");

    private const string Columns = """
        a.id, a.created, a.updated, a.name, a.description, a.enabled, a.tags, a.trigger, a.actions, a.actions_on_trigger, a.actions_on_resolve
        """;

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["CREATED_DESC"] = "a.created desc, a.id desc",
        ["UPDATED_DESC"] = "a.updated desc, a.id desc",
        ["NAME_ASC"] = "a.name, a.id",
        ["NAME_DESC"] = "a.name desc, a.id",
    };

    internal async ValueTask<Automation> CreateAsync(Session session, AutomationCreate automation)
    {
        var now = clock.Now();
        var id = Ids.New(now);
        await session.ExecuteAsync(
            """
            insert into automation (id, created, updated, name, description, enabled, tags, trigger, actions, actions_on_trigger, actions_on_resolve, owner_resource)
            values (@id, @now, @now, @name, @description, @enabled, @tags, @trigger, @actions, @on_trigger, @on_resolve, @owner)
            """,
            [("id", id), ("now", now), ("owner", automation.OwnerResource), .. Values(automation)]).ConfigureAwait(false);
        await RelateAsync(session, id, automation.Actions, automation.OwnerResource).ConfigureAwait(false);
        var made = (await ReadAsync(session, id).ConfigureAwait(false))!;
        Tell(session, ObjectEvents.Created, made);
        return made;
    }

    internal static ValueTask<Automation?> ReadAsync(Session session, Guid id) =>
        session.QueryFirstAsync($"select {Columns} from automation a where a.id = @id", Read, ("id", id));

    internal static ValueTask<List<Automation>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync($"select {Columns} from automation a {Where(on, query)} {Page.Order(query.Sort, "NAME_ASC", Orders)} {Page.Sql(query)}", Read, on.Parameters);
    }

    internal static ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) from automation a {Where(on, query)}", on.Parameters);
    }

    internal static ValueTask<List<Automation>> RelatedToAsync(Session session, string resource) => session.QueryAsync(
        $"select {Columns} from automation a join automation_related_resource r on r.automation_id = a.id where r.resource_id = @resource order by a.name, a.id", Read, ("resource", resource));

    /// <summary>The automations that belong to these resources, each with its owner.</summary>
    internal static ValueTask<List<(string Owner, Automation Automation)>> OwnedByAsync(Session session, string[] resources) => session.QueryAsync(
        $"select {Columns}, a.owner_resource from automation a where {session.Dialect.AnyText("a.owner_resource", "resources")} order by a.name, a.id",
        static row => (row.Text(11), Read(row)), ("resources", resources));

    internal async ValueTask<bool> UpdateAsync(Session session, Guid id, AutomationUpdate automation)
    {
        var changed = await session.ExecuteAsync(
            """
            update automation set updated = @now, name = @name, description = @description, enabled = @enabled, tags = @tags, trigger = @trigger, actions = @actions,
                actions_on_trigger = @on_trigger, actions_on_resolve = @on_resolve
            where id = @id
            """,
            [("id", id), ("now", clock.Now()), .. Values(automation)]).ConfigureAwait(false);
        if (changed == 0)
            return false;
        var owner = await session.QueryFirstAsync("select owner_resource from automation where id = @id", static row => row.TextOrNull(0), ("id", id)).ConfigureAwait(false);
        await RelateAsync(session, id, automation.Actions, owner).ConfigureAwait(false);
        Tell(session, ObjectEvents.Updated, (await ReadAsync(session, id).ConfigureAwait(false))!);
        return true;
    }

    internal async ValueTask EnableAsync(Session session, Guid id, bool enabled)
    {
        await session.ExecuteAsync("update automation set updated = @now, enabled = @enabled where id = @id", ("now", clock.Now()), ("enabled", enabled), ("id", id)).ConfigureAwait(false);
        if (await ReadAsync(session, id).ConfigureAwait(false) is { } changed)
            Tell(session, ObjectEvents.Updated, changed);
    }

    internal async ValueTask<Refusal?> DeleteAsync(Session session, Guid id)
    {
        if (await ReadAsync(session, id).ConfigureAwait(false) is not { } known)
            return NotFound;
        await session.ExecuteAsync("delete from automation where id = @id", ("id", id)).ConfigureAwait(false);
        Tell(session, ObjectEvents.Deleted, known);
        return null;
    }

    internal async ValueTask DeleteOwnedByAsync(Session session, string resource)
    {
        foreach (var id in await session.QueryAsync("select id from automation where owner_resource = @resource", static row => row.Id(0), ("resource", resource)).ConfigureAwait(false))
            await DeleteAsync(session, id).ConfigureAwait(false);
    }

    private void Tell(Session session, string action, Automation automation) => ObjectEvents.Tell(
        session, clock.Now(), new("automation", action, automation.Id, automation.Name) { Payload = ObjectEvents.Node(automation)!.AsObject() });

    private static async ValueTask RelateAsync(Session session, Guid id, IReadOnlyList<AutomationAction> actions, string? owner)
    {
        await session.ExecuteAsync("delete from automation_related_resource where automation_id = @id", ("id", id)).ConfigureAwait(false);
        var selected = actions.OfType<RunDeployment>().Where(run => run.Source == "selected").Select(run => $"prefect.deployment.{run.DeploymentId}");
        foreach (var resource in selected.Append(owner).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            await session.ExecuteAsync(
                "insert into automation_related_resource (automation_id, resource_id) values (@id, @resource)", ("id", id), ("resource", resource)).ConfigureAwait(false);
        }
    }

    private static (string Name, SqlValue Value)[] Values(AutomationUpdate automation) =>
    [
        ("name", automation.Name), ("description", automation.Description), ("enabled", automation.Enabled), ("tags", SqlValue.Json(automation.Tags)),
        ("trigger", SqlValue.Json(automation.Trigger)), ("actions", SqlValue.Json(automation.Actions)),
        ("on_trigger", SqlValue.Json(automation.ActionsOnTrigger)), ("on_resolve", SqlValue.Json(automation.ActionsOnResolve)),
    ];

    private static string Where(Conditions on, Query query) => query.Automations is not { } filter ? "" : Conditions.Where(Conditions.Join(
        filter.Operator,
        Criteria.Of(on, "a.name", filter.Name),
        Criteria.Of(on, "a.created", filter.Created),
        Criteria.Of(on, "a.tags", filter.Tags)));

    private static Automation Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        Name = row.Text(3),
        Description = row.Text(4),
        Enabled = row.Flag(5),
        Tags = row.Json<IReadOnlyList<string>>(6),
        Trigger = row.Json<Trigger>(7),
        Actions = row.Json<IReadOnlyList<AutomationAction>>(8),
        ActionsOnTrigger = row.Json<IReadOnlyList<AutomationAction>>(9),
        ActionsOnResolve = row.Json<IReadOnlyList<AutomationAction>>(10),
    };
}
