using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SQLitePCL;

namespace Reeve.Server.Storage;

/// <summary>Ids are 16 bytes, most significant first; times are microseconds since 1970; JSON is text.</summary>
internal sealed class SqliteRow(sqlite3_stmt statement) : Row
{
    internal override bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    internal override Guid Id(int column) => new(raw.sqlite3_column_blob(statement, column), bigEndian: true);

    internal override DateTimeOffset Time(int column) => Instant.FromMicroseconds(Long(column));

    internal override string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    internal override long Long(int column) => raw.sqlite3_column_int64(statement, column);

    internal override double Real(int column) => raw.sqlite3_column_double(statement, column);

    internal override bool Flag(int column) => raw.sqlite3_column_int(statement, column) != 0;

    internal override T Json<T>(int column, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(raw.sqlite3_column_blob(statement, column), type)!;

    internal override byte[] Utf8(int column) => raw.sqlite3_column_blob(statement, column).ToArray();
}
