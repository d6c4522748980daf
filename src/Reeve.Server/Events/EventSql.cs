using Reeve.Server.Storage;

namespace Reeve.Server.Events;

/// <summary>Where the two databases read an event's body in different words. Resources are rows <c>r</c> with <c>value</c>, labels are rows <c>l</c> with <c>key</c> and <c>value</c>.</summary>
internal abstract class EventSql(Dialect dialect)
{
    private static readonly EventSql Sqlite = new OfSqlite();
    private static readonly EventSql Postgres = new OfPostgres();

    internal static EventSql Of(Dialect dialect) => ReferenceEquals(dialect, Dialect.Sqlite) ? Sqlite : Postgres;

    internal string RelatedId { get; } = dialect.JsonText("r.value", EventMatcher.ResourceId);

    internal string RelatedRole { get; } = dialect.JsonText("r.value", EventMatcher.Role);

    /// <summary>What a resource is called: its name, or its id.</summary>
    internal abstract string ResourceLabel { get; }

    /// <summary>A value of the group's newest event.</summary>
    internal abstract string Latest(string expression);

    /// <summary>The related resources of the event under an alias.</summary>
    internal abstract string Related(string alias);

    /// <summary>The labels of a resource: the value itself, or a member of the body.</summary>
    internal abstract string Labels(string value, string? member = null);

    /// <summary>The event <c>t</c> stands behind the end of the index of related resources.</summary>
    internal abstract string NotIndexed { get; }

    /// <summary>A text meets a pattern of <c>*</c> and <c>?</c>.</summary>
    internal abstract string Glob(Conditions on, string text, string pattern);

    /// <summary>The event <c>e</c> holds a text (a LIKE pattern) in its name, a value of one of its resources, or its payload.</summary>
    internal abstract string Holds(string parameter);

    /// <summary>How many whole spans of time lie between a moment and a time.</summary>
    internal abstract string Spans(string time, string from, string microseconds);

    /// <summary>What was committed after a position.</summary>
    internal abstract string After(Conditions on, string alias, EventPosition position);

    /// <summary>What was committed up to a position.</summary>
    internal abstract string UpTo(Conditions on, string alias, EventPosition position);

    /// <summary>The order of commits; a direction may stand behind each column.</summary>
    internal abstract string InOrder(string alias, string direction = "asc");

    private sealed class OfSqlite() : EventSql(Dialect.Sqlite)
    {
        internal override string ResourceLabel => """coalesce(json_extract(e.body, '$.resource."prefect.resource.name"'), json_extract(e.body, '$.resource."prefect.name"'), e.resource_id)""";

        // SQLite takes other columns from the row that has the max(occurred) which the query asks for
        internal override string Latest(string expression) => expression;

        internal override string Related(string alias) => $"json_each({alias}.body, '$.related') r";

        internal override string Labels(string value, string? member = null) => member is null ? $"json_each({value}) l" : $"json_each({value}, '$.{member}') l";

        internal override string NotIndexed => """t."offset" > (select f."offset" from event_follower f where f.name = 'related')""";

        internal override string Glob(Conditions on, string text, string pattern) => $"{text} glob @{on.Bind(pattern.Replace("[", "[[]", StringComparison.Ordinal))}";

        internal override string Holds(string parameter) => $"""
            (e.name like @{parameter} escape '\' or exists (select 1 from json_tree(e.body) v
                where (v.atom like @{parameter} escape '\' and (v.fullkey like '$.resource%' or v.fullkey like '$.related%' or v.fullkey like '$.payload%'))
                or (typeof(v.key) = 'text' and v.key like @{parameter} escape '\' and v.path like '$.payload%')))
            """;

        internal override string Spans(string time, string from, string microseconds) => $"({time} - @{from}) / @{microseconds}";

        // one writer: offsets are in the order of the commits
        internal override string After(Conditions on, string alias, EventPosition position) => $"""{alias}."offset" > @{on.Bind(position.Offset)}""";

        internal override string UpTo(Conditions on, string alias, EventPosition position) => $"""{alias}."offset" <= @{on.Bind(position.Offset)}""";

        internal override string InOrder(string alias, string direction = "asc") => $"""{alias}."offset" {direction}""";
    }

    private sealed class OfPostgres() : EventSql(Dialect.PostgreSql)
    {
        internal override string ResourceLabel => "coalesce(e.body -> 'resource' ->> 'prefect.resource.name', e.body -> 'resource' ->> 'prefect.name', e.resource_id)";

        internal override string Latest(string expression) => $"(array_agg({expression} order by e.occurred desc))[1]";

        internal override string Related(string alias) => $"jsonb_array_elements({alias}.body -> 'related') r(value)";

        internal override string Labels(string value, string? member = null) => member is null ? $"jsonb_each_text({value}) l" : $"jsonb_each_text({value} -> '{member}') l";

        // The places alone stand in the stream's index, which one comparison of both columns enters; a planner that guesses that a third of all events are meant would read them all.
        internal override string NotIndexed => """
            t."offset" = any(array(select u."offset" from event u where (u.tx, u."offset") > (select f.tx, f."offset" from event_follower f where f.name = 'related')))
            """;

        internal override string Glob(Conditions on, string text, string pattern)
        {
            var like = pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
            return $"{text} like @{on.Bind(like.Replace('*', '%').Replace('?', '_'))}";
        }

        internal override string Holds(string parameter) => $"""
            (e.name ilike @{parameter} or exists (select 1 from jsonb_each_text(e.body -> 'resource') l where l.value ilike @{parameter})
                or exists (select 1 from jsonb_array_elements(e.body -> 'related') r, jsonb_each_text(r) l where l.value ilike @{parameter})
                or (e.body -> 'payload')::text ilike @{parameter})
            """;

        internal override string Spans(string time, string from, string microseconds) => $"floor(extract(epoch from ({time} - @{from})) * 1000000 / @{microseconds})::bigint";

        internal override string After(Conditions on, string alias, EventPosition position) =>
            $"""({alias}.tx, {alias}."offset") > (@{on.Bind(position.Transaction)}, @{on.Bind(position.Offset)})""";

        internal override string UpTo(Conditions on, string alias, EventPosition position) =>
            $"""({alias}.tx, {alias}."offset") <= (@{on.Bind(position.Transaction)}, @{on.Bind(position.Offset)})""";

        internal override string InOrder(string alias, string direction = "asc") => $"""{alias}.tx {direction}, {alias}."offset" {direction}""";
    }
}
