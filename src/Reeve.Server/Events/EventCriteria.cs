using System.Globalization;
using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>An event filter as SQL over <c>event e</c>. It says the same as <see cref="EventMatcher"/>, which judges live events.</summary>
internal sealed class EventCriteria(Conditions on, EventFilter filter)
{
    private readonly EventSql sql = EventSql.Of(on.Dialect);

    /// <summary>Null where every event is wanted.</summary>
    internal string? All() => Conditions.Join(
        null,
        [
            .. Within("e.occurred"),
            Named(filter.Event),
            Resource(filter.Resource),
            .. (filter.Related ?? []).Select(Related),
            .. (filter.AnyResource ?? []).Select(AnyResource),
            filter.Id?.Id is { Count: > 0 } ids ? on.Dialect.AnyId("e.id", on.Bind(ids.ToArray())) : null,
            Text(filter.Text?.Query),
        ]);

    private string?[] Within(string occurred) =>
    [
        filter.Occurred?.Since is { } since ? $"{occurred} >= @{on.Bind(since)}" : null,
        filter.Occurred?.Until is { } until ? $"{occurred} <= @{on.Bind(until)}" : null,
    ];

    private string? Named(EventNameFilter? name) => name is null ? null : Conditions.Join(
        null,
        StartsWith("e.name", name.Prefix),
        StartsWith("e.name", name.ExcludePrefix) is { } excluded ? $"not {excluded}" : null,
        OneOf("e.name", name.Name),
        OneOf("e.name", name.ExcludeName) is { } excludedNames ? $"not ({excludedNames})" : null);

    private string? Resource(EventResourceFilter? wanted) => wanted is null ? null : Conditions.Join(
        null,
        OneOf("e.resource_id", wanted.Id),
        StartsWith("e.resource_id", wanted.IdPrefix),
        OwnLabels(wanted.Labels, "e.resource_id", "''"),
        OtherLabels(wanted.Labels, sql.Labels("e.body", "resource")));

    // All criteria of one filter must be met by one and the same resource. Its id and role are looked up; other labels stand in the event's body.
    private string? Related(EventRelatedFilter wanted)
    {
        string? Entry(string id, string role) => Conditions.Join(
            null, OneOf(id, wanted.Id), OneOf(role, wanted.Role), Pairs(id, role, wanted.ResourcesInRoles), OwnLabels(wanted.Labels, id, role));

        var looked = Entry("n.resource_id", "n.role") is { } named ? $"""e."offset" in ({Indexed(named)} union all {Tail(Entry(sql.RelatedId, sql.RelatedRole)!)})""" : null;
        return OtherLabels(wanted.Labels, sql.Labels("r.value")) is { } labels
            ? Conditions.Join(null, looked, $"exists (select 1 from {sql.Related("e")} where {Conditions.Join(null, Entry(sql.RelatedId, sql.RelatedRole), labels)})")
            : looked;
    }

    private string? AnyResource(EventAnyResourceFilter wanted)
    {
        string? Entry(string id, string role) => Conditions.Join(null, OneOf(id, wanted.Id), StartsWith(id, wanted.IdPrefix), OwnLabels(wanted.Labels, id, role));

        var looked = Entry("n.resource_id", "n.role") is { } named
            ? $"""e."offset" in (select o."offset" from event o where {Conditions.Join(null, [Entry("o.resource_id", "''"), .. Within("o.occurred")])} union all {Indexed(named)} union all {Tail(Entry(sql.RelatedId, sql.RelatedRole)!)})"""
            : null;
        if (OtherLabels(wanted.Labels, sql.Labels("r.value")) is not { } related)
            return looked;
        var own = Conditions.Join(null, Entry("e.resource_id", "''"), OtherLabels(wanted.Labels, sql.Labels("e.body", "resource")));
        return Conditions.Join(null, looked, $"({own} or exists (select 1 from {sql.Related("e")} where {Conditions.Join(null, Entry(sql.RelatedId, sql.RelatedRole), related)}))");
    }

    private string Indexed(string named) =>
        $"select x.event from event_related_name n join event_related x on x.resource = n.id where {Conditions.Join(null, [named, .. Within("x.occurred")])}";

    // what the index has not reached yet, read in the same statement as the index and its end
    private string Tail(string related) => $"""select t."offset" from event t, {sql.Related("t")} where {sql.NotIndexed} and {related}""";

    private string? Pairs(string id, string role, IReadOnlyList<IReadOnlyList<string>>? pairs) => pairs is not { Count: > 0 }
        ? null
        : Conditions.Join("or_", [.. pairs.Select(pair => pair is [var wantedId, var wantedRole] ? $"({id} = @{on.Bind(wantedId)} and {role} = @{on.Bind(wantedRole)})" : "false")]);

    private string? OwnLabels(LabelPatterns? labels, string id, string role) => Conditions.Join(
        null,
        labels?.GetValueOrDefault(EventMatcher.ResourceId) is { } ids ? OnePattern(id, ids) : null,
        labels?.GetValueOrDefault(EventMatcher.Role) is { } roles ? OnePattern(role, roles) : null);

    private string? OtherLabels(LabelPatterns? labels, string source) => labels is null ? null : Conditions.Join(
        null,
        [
            .. from label in labels
               where label.Key is not (EventMatcher.ResourceId or EventMatcher.Role)
               select $"exists (select 1 from {source} where l.key = @{on.Bind(label.Key)} and {OnePattern("l.value", label.Value)})",
        ]);

    private string OnePattern(string text, IReadOnlyList<string> patterns) => Conditions.Join(
        "or_",
        [.. patterns.Select(pattern => pattern.StartsWith('!') ? $"not {sql.Glob(on, text, pattern[1..])}" : sql.Glob(on, text, pattern))]) ?? "false";

    private string? OneOf(string column, IReadOnlyList<string>? wanted) => wanted switch
    {
        null or [] => null,
        [var one] => $"{column} = @{on.Bind(one)}",
        _ => on.Dialect.AnyText(column, on.Bind(wanted.ToArray())),
    };

    private string? StartsWith(string column, IReadOnlyList<string>? starts) => starts is not { Count: > 0 }
        ? null
        : $"({string.Join(" or ", starts.Select(start => string.Create(CultureInfo.InvariantCulture, $"substr({column}, 1, {start.EnumerateRunes().Count()}) = @{on.Bind(start)}")))})";

    private string? Text(string? query)
    {
        if (string.IsNullOrWhiteSpace(query))
            return null;
        var terms = TextQuery.Parse(query);
        return Conditions.Join(
            null,
            [Conditions.Join("or_", [.. terms.Any.Select(Found)]), .. terms.All.Select(Found), .. terms.None.Select(term => "not " + Found(term))]);
    }

    private string Found(string term) => sql.Holds(on.Bind(Dialect.Contains(term)));
}
