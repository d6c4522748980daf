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

    /// <summary>The same for a parameter of ASCII alone that escapes nothing: with a million names to look through, the difference counts.</summary>
    internal abstract string LikePlain(string column, string parameter);

    /// <summary>A member of a JSON object as text, null where absent; <paramref name="member"/> is a constant, never input.</summary>
    internal abstract string JsonText(string column, string member);

    /// <summary>Seconds from one time to a later one, as a real number.</summary>
    internal abstract string Seconds(string from, string to);

    /// <summary>The start of the interval that a time falls into, counted from the parameter <paramref name="start"/>; <paramref name="seconds"/> is the intervals' length.</summary>
    internal abstract string IntervalStart(string time, string start, string seconds);

    /// <summary>A column in a condition for which no index is to be chosen.</summary>
    internal abstract string Unindexed(string column);

    /// <summary>Flow runs whose name, as <c>n.name</c>, meets a condition, found in the index of names alone.</summary>
    internal abstract string RunsNamed(string alias, string condition);

    /// <summary>A column's value is among those that a query finds, and each of them is looked up in the column's index.</summary>
    internal abstract string OneByOne(string column, string query);

    /// <summary>Ends a subquery whose rows are all found before they are put in order: an index in the wanted order would be searched to its end.</summary>
    internal abstract string Whole { get; }

    /// <summary>A time some microseconds later.</summary>
    internal abstract string Later(string time, long microseconds);

    /// <summary>The start of the slot that a time falls into; slots are counted from 1970.</summary>
    internal abstract string SlotOf(string time, long microseconds);

    /// <summary>A table of times under the column <c>at</c>; the parameter is what <see cref="Times"/> made.</summary>
    internal abstract string TimesOf(string parameter);

    /// <summary>The rows of a table whose time falls into slots of some length, found slot by slot in the index of that time.</summary>
    internal abstract string InSlots(string table, string alias, string time, string parameter, long microseconds);

    internal abstract SqlValue Times(IEnumerable<DateTimeOffset> times);

    /// <summary>Flow runs that have one of the tags, by an index; null where <see cref="HasAll"/> uses one.</summary>
    internal abstract string? TaggedRuns(string id, string parameter);

    /// <summary>Counts the flow runs of a tag without a look at the runs; null where that is not known.</summary>
    internal abstract string? CountOfTag(string parameter);

    /// <summary>What <c>like_</c> criteria mean: a part of the text, in which <c>%</c> and <c>_</c> stand for other characters.</summary>
    internal static string Pattern(string text) => $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal)}%";

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
        internal override string LikePlain(string column, string parameter) => $"{column} like @{parameter}";
        internal override string RunsNamed(string alias, string condition) => $"{alias}.rowid in (select n.rowid from flow_run n where {condition})";
        internal override string OneByOne(string column, string query) => $"{column} in ({query})";
        internal override string Whole => ""; // it does not know how much it will find, and takes the criteria's indexes first
        internal override string SlotOf(string time, long microseconds) => string.Create(CultureInfo.InvariantCulture, $"({time} / {microseconds} * {microseconds})");
        internal override string InSlots(string table, string alias, string time, string parameter, long microseconds) =>
            $"{TimesOf(parameter)} slot cross join {table} {alias} on {alias}.{time} >= slot.at and {alias}.{time} < {Later("slot.at", microseconds)}";
        internal override string Later(string time, long microseconds) => string.Create(CultureInfo.InvariantCulture, $"({time} + {microseconds})");
        internal override string TimesOf(string parameter) => $"(select cast(value as integer) as at from json_each(@{parameter}))";
        internal override SqlValue Times(IEnumerable<DateTimeOffset> times) => times.Select(time => Instant.ToMicroseconds(time).ToString(CultureInfo.InvariantCulture)).ToArray();
        internal override string TaggedRuns(string id, string parameter) => $"{id} in (select t.flow_run_id from flow_run_tag t where t.tag in (select value from json_each(@{parameter})))";
        internal override string? CountOfTag(string parameter) => $"select count(*) from flow_run_tag where tag = @{parameter}";
        internal override string IntervalStart(string time, string start, string seconds) =>
            $"(@{start} + ({time} - @{start}) / cast(@{seconds} * 1000000 as integer) * cast(@{seconds} * 1000000 as integer))";
    }

    private sealed class PostgresDialect : Dialect
    {
        internal override string Name => "postgresql";
        internal override string ForUpdate => "for update";
        internal override string ForUpdateSkipLocked => "for update skip locked";
        // a snapshot knows the open transactions of every database of the server: those that are seen at work in another one write no events here, however long they take.
        // The own one is in no snapshot
        internal override string SettledEvents(string alias) => $"""
            {alias}.tx < (select least(coalesce(min(open.x), pg_snapshot_xmax(pg_current_snapshot())::text::bigint), pg_current_xact_id_if_assigned()::text::bigint)
                from (select x::text::bigint as x from pg_snapshot_xip(pg_current_snapshot()) x) open
                where not exists (select 1 from pg_stat_activity a where a.datname <> current_database() and a.backend_xid::text::bigint = open.x & 4294967295))
            """;
        internal override string AnyId(string column, string parameter) => $"{column} = any(@{parameter})";
        internal override string AnyText(string column, string parameter) => $"{column} = any(@{parameter})";
        internal override string HasAll(string column, string parameter) => $"{column} @> to_jsonb(@{parameter})";
        internal override string HasAny(string column, string parameter) => $"jsonb_exists_any({column}, @{parameter})";
        internal override string IsEmptyArray(string column) => $"{column} = '[]'::jsonb";
        internal override string Like(string column, string parameter) => $"{column} ilike @{parameter}";
        internal override string JsonText(string column, string member) => $"({column} ->> '{member}')";
        internal override string Seconds(string from, string to) => $"extract(epoch from ({to} - {from}))::double precision";
        internal override string Unindexed(string column) => column; // its planner knows how often each value occurs
        internal override string LikePlain(string column, string parameter) => $"lower({column} collate \"C\") like lower(@{parameter} collate \"C\")";
        internal override string RunsNamed(string alias, string condition) => $"{alias}.id = any(array(select n.id from flow_run n where {condition}))";
        internal override string OneByOne(string column, string query) => $"{column} = any(array({query}))";
        internal override string Whole => "offset 0";
        internal override string SlotOf(string time, long microseconds) => string.Create(CultureInfo.InvariantCulture, $"date_bin('{microseconds} microseconds', {time}, 'epoch')");
        internal override string InSlots(string table, string alias, string time, string parameter, long microseconds) =>
            $"{TimesOf(parameter)} slot cross join lateral (select * from {table} r where r.{time} >= slot.at and r.{time} < {Later("slot.at", microseconds)} offset 0) {alias}";
        internal override string Later(string time, long microseconds) => string.Create(CultureInfo.InvariantCulture, $"({time} + interval '{microseconds} microseconds')");
        internal override string TimesOf(string parameter) => $"(select unnest(@{parameter})::timestamptz as at)";
        internal override SqlValue Times(IEnumerable<DateTimeOffset> times) => times.Select(time => time.ToString("O", CultureInfo.InvariantCulture)).ToArray();
        internal override string? TaggedRuns(string id, string parameter) => null;
        internal override string? CountOfTag(string parameter) => $"select coalesce(sum(runs), 0)::bigint from flow_run_tag_sum where tag = @{parameter}";
        internal override string IntervalStart(string time, string start, string seconds) => $"date_bin(make_interval(secs => @{seconds}), {time}, @{start})";
    }
}
