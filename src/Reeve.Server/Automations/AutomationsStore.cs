using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Json;
using Reeve.Server.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.Automations;

/// <summary>The automations' SQL.</summary>
internal static class AutomationsStore
{
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

    internal static ValueTask<List<JsonElement>> FilterAsync(Session session, Query query, AnyOf<string>? name)
    {
        var on = new Conditions(session.Dialect);
        var where = Conditions.Where(Criteria.Of(on, "a.name", name));
        return session.QueryAsync($"select {Columns} from automation a {where} {Page.Order(query.Sort, "NAME_ASC", Orders)} {Page.Sql(query)}", Read, on.Parameters);
    }

    internal static ValueTask<long> CountAsync(Session session) => session.ScalarAsync("select count(*) from automation");

    internal static ValueTask<List<JsonElement>> RelatedToAsync(Session session, string resource) => session.QueryAsync(
        $"select {Columns} from automation a join automation_related_resource r on r.automation_id = a.id where r.resource_id = @resource order by a.name, a.id", Read, ("resource", resource));

    internal static async ValueTask DeleteOwnedByAsync(Session session, string resource) =>
        await session.ExecuteAsync("delete from automation where owner_resource = @resource", ("resource", resource)).ConfigureAwait(false);

    private static JsonElement Read(Row row) => WireJson.Parse(new JsonObject
    {
        ["id"] = row.Id(0).ToString(),
        ["created"] = WireTimeConverter.ToText(row.Time(1)),
        ["updated"] = WireTimeConverter.ToText(row.Time(2)),
        ["name"] = row.Text(3),
        ["description"] = row.Text(4),
        ["enabled"] = row.Flag(5),
        ["tags"] = Node(row, 6),
        ["trigger"] = Node(row, 7),
        ["actions"] = Node(row, 8),
        ["actions_on_trigger"] = Node(row, 9),
        ["actions_on_resolve"] = Node(row, 10),
    }.ToJsonString());

    private static JsonNode? Node(Row row, int column) => JsonNode.Parse(row.Element(column).GetRawText());
}
