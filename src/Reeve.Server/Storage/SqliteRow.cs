using System.Text;
using System.Text.Json.Serialization.Metadata;
using SQLitePCL;

namespace Reeve.Server.Storage;

/// <summary>Ids are 16 bytes, most significant first; times are microseconds since 1970; JSON is text.</summary>
internal sealed class SqliteRow(sqlite3_stmt prepared) : Row
{
    private readonly nint statement = prepared.DangerousGetHandle();
    private readonly SharedJson kept = new(raw.sqlite3_column_count(prepared));

    internal override bool IsNull(int column) => SqliteColumns.Type(statement, column) == raw.SQLITE_NULL;

    internal override Guid Id(int column) => new(SqliteColumns.Bytes(statement, column), bigEndian: true);

    internal override DateTimeOffset Time(int column) => Instant.FromMicroseconds(Long(column));

    internal override string Text(int column) => Encoding.UTF8.GetString(SqliteColumns.Bytes(statement, column));

    internal override long Long(int column) => SqliteColumns.Long(statement, column);

    internal override double Real(int column) => SqliteColumns.Real(statement, column);

    internal override bool Flag(int column) => Long(column) != 0;

    internal override T Json<T>(int column, JsonTypeInfo<T> type) => kept.Read(column, SqliteColumns.Bytes(statement, column), type);

    internal override byte[] Utf8(int column) => SqliteColumns.Bytes(statement, column).ToArray();
}
