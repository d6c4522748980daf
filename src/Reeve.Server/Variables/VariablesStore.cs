using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Server.Events;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Variables;

/// <summary>The variables' SQL.</summary>
internal sealed class VariablesStore(TimeProvider clock)
{
    internal static readonly Refusal NotFound = Refusal.NotFound("Variable not found.");

    private const string Columns = "v.id, v.created, v.updated, v.name, v.value, v.tags";

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["NAME_ASC"] = "v.name",
        ["NAME_DESC"] = "v.name desc",
        ["CREATED_DESC"] = "v.created desc, v.id desc",
        ["UPDATED_DESC"] = "v.updated desc, v.id desc",
    };

    internal async ValueTask<Outcome<Variable>> CreateAsync(Session session, VariableCreate variable)
    {
        var now = clock.Now();
        var added = await session.ExecuteAsync(
            "insert into variable (id, created, updated, name, value, tags) values (@id, @now, @now, @name, @value, @tags) on conflict (name) do nothing",
            ("id", Ids.New(now)), ("now", now), ("name", variable.Name), ("value", Stored(variable.Value)), ("tags", SqlValue.Json(variable.Tags ?? []))).ConfigureAwait(false);
        if (added == 0)
            return Taken(variable.Name);
        var made = (await ReadAsync(session, variable.Name).ConfigureAwait(false))!;
        Tell(session, ObjectEvents.Created, made);
        return made;
    }

    internal ValueTask<Variable?> ReadAsync(Session session, Guid id) => session.QueryFirstAsync($"select {Columns} from variable v where v.id = @id", Read, ("id", id));

    internal ValueTask<Variable?> ReadAsync(Session session, string name) => session.QueryFirstAsync($"select {Columns} from variable v where v.name = @name", Read, ("name", name));

    internal ValueTask<List<Variable>> FilterAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.QueryAsync($"select {Columns} from variable v {Where(on, query)} {Page.Order(query.Sort, "NAME_ASC", Orders)} {Page.Sql(query)}", Read, on.Parameters);
    }

    internal ValueTask<long> CountAsync(Session session, Query query)
    {
        var on = new Conditions(session.Dialect);
        return session.ScalarAsync($"select count(*) from variable v {Where(on, query)}", on.Parameters);
    }

    internal async ValueTask<Refusal?> UpdateAsync(Session session, Variable? known, VariableUpdate update)
    {
        if (known is null)
            return NotFound;
        var name = update.Name.Or(known.Name) ?? known.Name;
        if (name != known.Name && await ReadAsync(session, name).ConfigureAwait(false) is not null)
            return Taken(name);
        await session.ExecuteAsync(
            "update variable set updated = @now, name = @name, value = @value, tags = @tags where id = @id",
            ("now", clock.Now()), ("name", name), ("value", Stored(update.Value.Or(known.Value))), ("tags", SqlValue.Json(update.Tags.Or(known.Tags) ?? [])), ("id", known.Id)).ConfigureAwait(false);
        Tell(session, ObjectEvents.Updated, (await ReadAsync(session, known.Id).ConfigureAwait(false))!);
        return null;
    }

    internal async ValueTask<Refusal?> DeleteAsync(Session session, Variable? known)
    {
        if (known is null)
            return NotFound;
        await session.ExecuteAsync("delete from variable where id = @id", ("id", known.Id)).ConfigureAwait(false);
        Tell(session, ObjectEvents.Deleted, known);
        return null;
    }

    private void Tell(Session session, string action, Variable variable) => ObjectEvents.Tell(session, clock.Now(), new("variable", action, variable.Id, variable.Name)
    {
        Payload = new() { ["name"] = variable.Name, ["value"] = ObjectEvents.Node(variable.Value), ["tags"] = ObjectEvents.Node(variable.Tags) },
    });

    private static Refusal Taken(string name) => Refusal.Conflict($"A variable named \"{name}\" already exists.");

    // null is a value of its own here, not a missing one
    private static SqlValue Stored(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given ? given : SqlValue.Utf8Json("null"u8.ToArray());

    private static string Where(Conditions on, Query query) => query.Variables is not { } filter ? "" : Conditions.Where(Conditions.Join(
        filter.Operator,
        Criteria.Of(on, "v.id", filter.Id),
        Criteria.Of(on, "v.name", filter.Name),
        Criteria.Of(on, on.Dialect == Dialect.Sqlite ? "json_extract(v.value, '$')" : "(v.value #>> '{}')", filter.Value),
        Criteria.Of(on, "v.tags", filter.Tags)));

    private static Variable Read(Row row) => new()
    {
        Id = row.Id(0),
        Created = row.Time(1),
        Updated = row.Time(2),
        Name = row.Text(3),
        Value = row.Element(4),
        Tags = row.Json<IReadOnlyList<string>>(5),
    };
}
