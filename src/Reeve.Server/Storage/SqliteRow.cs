using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SQLitePCL;

namespace Reeve.Server.Storage;

/// <summary>Ids are 16 bytes, most significant first; times are microseconds since 1970; JSON is text.</summary>
internal sealed class SqliteRow(sqlite3_stmt prepared) : Row
{
    // longer values differ from row to row, and would be kept for nothing
    private const int LongestKept = 512;

    private readonly nint statement = prepared.DangerousGetHandle();
    private readonly (byte[] Utf8, int Length, object? Value)[] kept = new (byte[], int, object?)[raw.sqlite3_column_count(prepared)];

    internal override bool IsNull(int column) => SqliteColumns.Type(statement, column) == raw.SQLITE_NULL;

    internal override Guid Id(int column) => new(SqliteColumns.Bytes(statement, column), bigEndian: true);

    internal override DateTimeOffset Time(int column) => Instant.FromMicroseconds(Long(column));

    internal override string Text(int column) => Encoding.UTF8.GetString(SqliteColumns.Bytes(statement, column));

    internal override long Long(int column) => SqliteColumns.Long(statement, column);

    internal override double Real(int column) => SqliteColumns.Real(statement, column);

    internal override bool Flag(int column) => Long(column) != 0;

    /// <summary>The rows of a page mostly share their tags, policies and empty maps: what says the same as the row before is the same value. Nobody may change it.</summary>
    internal override T Json<T>(int column, JsonTypeInfo<T> type)
    {
        var utf8 = SqliteColumns.Bytes(statement, column);
        if (utf8.Length > LongestKept)
            return JsonSerializer.Deserialize(utf8, type)!;
        ref var last = ref kept[column];
        if (last.Value is T same && utf8.SequenceEqual(last.Utf8.AsSpan(0, last.Length)))
            return same;
        var value = JsonSerializer.Deserialize(utf8, type)!;
        if (last.Utf8 is null || last.Utf8.Length < utf8.Length)
            last.Utf8 = new byte[utf8.Length];
        utf8.CopyTo(last.Utf8);
        (last.Length, last.Value) = (utf8.Length, value);
        return value;
    }

    internal override byte[] Utf8(int column) => SqliteColumns.Bytes(statement, column).ToArray();
}
