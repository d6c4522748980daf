using System.Globalization;
using System.Text;
using Reeve.Protocol.Filters;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

/// <summary>
/// Finds runs by a part of their name in the texts that <see cref="FlowRunNameGatherer"/> makes of the names of a thousand runs each, and among those that are not gathered yet.
/// So the runs of all times are looked through in a fifth of the time that their index of names takes.
/// </summary>
internal static class FlowRunNames
{
    // beyond these the index of names is faster, which need not look at each text again
    private const int MostTexts = 100;

    /// <summary>
    /// A condition that the runs under the alias <c>fr</c> with such a name meet, and only few others: the criterion itself must stand beside it. Null where it would not help:
    /// there is no such criterion, the name occurs too often, or holds what the texts do not.
    /// </summary>
    internal static async ValueTask<string?> FindAsync(Session session, Conditions on, FlowRunFilter? filter)
    {
        if (filter is not { Operator: not "or_", Name: { Operator: not "or_", Like: { Length: > 0 } like } } || !Ascii.IsValid(like) || like.AsSpan().ContainsAny('\\', '\n'))
            return null;
        var (isPostgres, looked) = (ReferenceEquals(session.Dialect, Dialect.PostgreSql), new Conditions(session.Dialect));
        var key = isPostgres ? "id" : "upto";
        // runs may be gathered meanwhile: texts behind this one are looked at with the runs
        var last = await session.ScalarAsync($"select max({key}) from flow_run_names").ConfigureAwait(false);
        var texts = await session.QueryAsync(
            $"select b.{key} from flow_run_names b where b.{key} <= @{looked.Bind(last)} and {Holds(looked, "b.names", like)} limit {MostTexts + 1}",
            static row => row.Long(0),
            looked.Parameters).ConfigureAwait(false);
        return texts.Count > MostTexts ? null : isPostgres ? OfPostgres(on, like, texts, last) : OfSqlite(on, like, texts, last);
    }

    private static string OfPostgres(Conditions on, string like, List<long> texts, long last) => $"""
        fr.id = any(array(
            select x.id from flow_run_names b, unnest(b.flow_run_ids, string_to_array(b.names, e'\n')) x (id, name)
            where (b.id = any(@{on.Bind(SqlValue.Column([.. texts]))}) or b.id > @{on.Bind(last)}) and {Holds(on, "x.name", like)}
            union all select f.flow_run_id from flow_run_fresh f where {Holds(on, "f.name", like)}))
        """;

    private static string OfSqlite(Conditions on, string like, List<long> texts, long last)
    {
        var (known, name) = (on.Bind(texts.Select(text => text.ToString(CultureInfo.InvariantCulture)).ToArray()), Holds(on, "n.name", like));
        return $"""
            fr.rowid in (
                select n.rowid from flow_run_names b cross join flow_run n on n.rowid between b.since and b.upto
                where b.upto in (select cast(value as integer) from json_each(@{known})) and {name}
                union all select n.rowid from flow_run n where n.rowid > @{on.Bind(last)} and {name})
            """;
    }

    // the texts are in small letters on PostgreSQL, whose LIKE knows the case; a word alone is found faster than a pattern
    private static string Holds(Conditions on, string text, string like) => ReferenceEquals(on.Dialect, Dialect.Sqlite)
        ? on.Dialect.LikePlain(text, on.Bind(Dialect.Pattern(like)))
        : like.AsSpan().ContainsAny('%', '_')
            ? $"{text} like @{on.Bind(Dialect.Pattern(like.ToLowerInvariant()))}"
            : $"position(@{on.Bind(like.ToLowerInvariant())} in {text}) > 0";
}
