using System.Globalization;

namespace Reeve.Server.Storage;

/// <summary>Where the two databases differ. Column arguments are SQL, parameter arguments are names without the sign.</summary>
internal abstract class Dialect
{
    internal static readonly Dialect Sqlite = new SqliteDialect();
    internal static readonly Dialect PostgreSql = new PostgresDialect();

    /// <summary>As it stands in the names of migration files.</summary>
    internal abstract string Name { get; }

    /// <summary>Ends a select of rows that this transaction is about to change; waits for others.</summary>
    internal abstract string ForUpdate { get; }

    /// <summary>Ends a select of rows to take: rows another transaction holds are left to it.</summary>
    internal abstract string ForUpdateSkipLocked { get; }

    /// <summary>Keeps to events that no older, still running transaction can overtake; <paramref name="alias"/> is the event table's.</summary>
    internal abstract string SettledEvents(string alias);

    internal abstract string AnyId(string column, string parameter);

    internal abstract string AnyText(string column, string parameter);

    /// <summary>A JSON array of texts holds every text of the parameter.</summary>
    internal abstract string HasAll(string column, string parameter);

    /// <summary>A JSON array of texts holds at least one text of the parameter.</summary>
    internal abstract string HasAny(string column, string parameter);

    /// <summary>A JSON array holds nothing.</summary>
    internal abstract string IsEmptyArray(string column);

    /// <summary>Case-insensitive LIKE; the parameter brings its own per cent signs, <c>\</c> escapes.</summary>
    internal abstract string Like(string column, string parameter);

    /// <summary>A member of a JSON object as text, null where absent; <paramref name="member"/> is a constant, never input.</summary>
    internal abstract string JsonText(string column, string member);

    /// <summary>Seconds from one time to a later one, as a real number.</summary>
    internal abstract string Seconds(string from, string to);

    /// <summary>The start of the interval that a time falls into, counted from the parameter <paramref name="start"/>; <paramref name="seconds"/> is the intervals' length.</summary>
    internal abstract string IntervalStart(string time, string start, string seconds);

    /// <summary>A column in a condition for which no index is to be chosen.</summary>
    internal abstract string Unindexed(string column);

    /// <summary>Flow runs whose name is like the parameter, found in the index of names alone.</summary>
    internal abstract string RunsNamedLike(string alias, string parameter);

    /// <summary>A time some microseconds later.</summary>
    internal abstract string Later(string time, long microseconds);

    /// <summary>A table of times under the column <c>at</c>; the parameter is what <see cref="Times"/> made.</summary>
    internal abstract string TimesOf(string parameter);

    internal abstract SqlValue Times(IEnumerable<DateTimeOffset> times);

    /// <summary>Flow runs that have one of the tags, by an index; null where <see cref="HasAll"/> uses one.</summary>
    internal abstract string? TaggedRuns(string id, string parameter);

    /// <summary>What <c>like_</c> criteria mean: a part of the text, in which <c>%</c> stands for any others. An underscore is itself: names have many.</summary>
    internal static string Pattern(string text) => Contains(text).Replace("\\%", "%", StringComparison.Ordinal);

    internal static string Contains(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    private sealed class SqliteDialect : Dialect
    {
        internal override string Name => "sqlite";
        internal override string ForUpdate => "";
        internal override string ForUpdateSkipLocked => "";
        internal override string SettledEvents(string alias) => "true";
        internal override string AnyId(string column, string parameter) => $"{column} in (select uuid_blob(value) from json_each(@{parameter}))";
        internal override string AnyText(string column, string parameter) => $"{column} in (select value from json_each(@{parameter}))";
        internal override string HasAll(string column, string parameter) =>
            $"not exists (select 1 from json_each(@{parameter}) w where w.value not in (select h.value from json_each({column}) h))";
        internal override string HasAny(string column, string parameter) =>
            $"exists (select 1 from json_each({column}) h where h.value in (select w.value from json_each(@{parameter}) w))";
        internal override string IsEmptyArray(string column) => $"json_array_length({column}) = 0";
        internal override string Like(string column, string parameter) => $"""{column} like @{parameter} escape '\'""";
        internal override string JsonText(string column, string member) => $"json_extract({column}, '$.\"{member}\"')";
        internal override string Seconds(string from, string to) => $"(({to} - {from}) / 1000000.0)";
        internal override string Unindexed(string column) => "+" + column;
        internal override string RunsNamedLike(string alias, string parameter) => $"{alias}.rowid in (select n.rowid from flow_run n where {Like("n.name", parameter)})";
        internal override string Later(string time, long microseconds) => string.Create(CultureInfo.InvariantCulture, $"({time} + {microseconds})");
        internal override string TimesOf(string parameter) => $"(select cast(value as integer) as at from json_each(@{parameter}))";
        internal override SqlValue Times(IEnumerable<DateTimeOffset> times) => times.Select(time => Instant.ToMicroseconds(time).ToString(CultureInfo.InvariantCulture)).ToArray();
        internal override string TaggedRuns(string id, string parameter) => $"{id} in (select t.flow_run_id from flow_run_tag t where t.tag in (select value from json_each(@{parameter})))";
        internal override string IntervalStart(string time, string start, string seconds) =>
            $"(@{start} + ({time} - @{start}) / cast(@{seconds} * 1000000 as integer) * cast(@{seconds} * 1000000 as integer))";
    }

    private sealed class PostgresDialect : Dialect
    {
        internal override string Name => "postgresql";
        internal override string ForUpdate => "for update";
        internal override string ForUpdateSkipLocked => "for update skip locked";
        internal override string SettledEvents(string alias) => $"{alias}.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        internal override string AnyId(string column, string parameter) => $"{column} = any(@{parameter})";
        internal override string AnyText(string column, string parameter) => $"{column} = any(@{parameter})";
        internal override string HasAll(string column, string parameter) => $"{column} @> to_jsonb(@{parameter})";
        internal override string HasAny(string column, string parameter) => $"jsonb_exists_any({column}, @{parameter})";
        internal override string IsEmptyArray(string column) => $"{column} = '[]'::jsonb";
        internal override string Like(string column, string parameter) => $"{column} ilike @{parameter}";
        internal override string JsonText(string column, string member) => $"({column} ->> '{member}')";
        internal override string Seconds(string from, string to) => $"extract(epoch from ({to} - {from}))::double precision";
        internal override string Unindexed(string column) => column; // its planner knows how often each value occurs
        internal override string RunsNamedLike(string alias, string parameter) => $"{alias}.id = any(array(select n.id from flow_run n where {Like("n.name", parameter)}))";
        internal override string Later(string time, long microseconds) => string.Create(CultureInfo.InvariantCulture, $"({time} + interval '{microseconds} microseconds')");
        internal override string TimesOf(string parameter) => $"(select unnest(@{parameter})::timestamptz as at)";
        internal override SqlValue Times(IEnumerable<DateTimeOffset> times) => times.Select(time => time.ToString("O", CultureInfo.InvariantCulture)).ToArray();
        internal override string? TaggedRuns(string id, string parameter) => null;
        internal override string IntervalStart(string time, string start, string seconds) => $"date_bin(make_interval(secs => @{seconds}), {time}, @{start})";
    }
}
