using System.Text.Json.Serialization.Metadata;
using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>uuid, timestamptz and jsonb.</summary>
internal sealed class PostgresRow(NpgsqlDataReader reader) : Row
{
    private SharedJson? kept;

    internal override bool IsNull(int column) => reader.IsDBNull(column);

    internal override Guid Id(int column) => reader.GetGuid(column);

    internal override DateTimeOffset Time(int column) => new(reader.GetDateTime(column), TimeSpan.Zero);

    internal override string Text(int column) => reader.GetString(column);

    // counts come as bigint, columns as integer: Npgsql widens
    internal override long Long(int column) => reader.GetInt64(column);

    internal override double Real(int column) => reader.GetDouble(column);

    internal override bool Flag(int column) => reader.GetBoolean(column);

    internal override T Json<T>(int column, JsonTypeInfo<T> type) => (kept ??= new(reader.FieldCount)).Read(column, reader.GetFieldValue<byte[]>(column), type);

    internal override byte[] Utf8(int column) => reader.GetFieldValue<byte[]>(column);
}
